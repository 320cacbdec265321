-- The log of signed messages. One partition a day (UTC): days are dropped, rows are never deleted.
-- Nothing is changed after it was written, except that a time stamp is added.

CREATE TABLE message (
    at timestamptz NOT NULL,
    id bigint NOT NULL,
    query_id text NOT NULL,
    request_id text,
    kind text NOT NULL CHECK (kind IN ('request', 'response')),
    side text NOT NULL CHECK (side IN ('consumer', 'provider')),
    owner text NOT NULL,
    client text NOT NULL,
    service text NOT NULL,
    server text,
    purpose text,
    legal_ground text,
    data_subject text,
    dossier text,
    head bytea NOT NULL,
    body bytea,
    body_size bigint,
    signature bytea NOT NULL,
    signature_digest bytea NOT NULL CHECK (length(signature_digest) = 64),
    hash_chain_result bytea,
    hash_chain bytea,
    stamped_at timestamptz,
    batch_at timestamptz,
    batch_id bigint,
    batch_chain bytea,
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);

COMMENT ON COLUMN message.owner IS 'the subsystem of this organisation: the client on the consumer''s side, the service''s owner on the provider''s';
COMMENT ON COLUMN message.body_size IS 'null: the message had no body; set while body is null: the body was too large to be kept';
COMMENT ON COLUMN message.stamped_at IS 'null: waits for its time stamp; with batch_id null the stamp stands inside the signature';

CREATE INDEX message_by_query ON message (query_id);
CREATE INDEX message_waiting ON message (at) WHERE stamped_at IS NULL;

CREATE TABLE stamp_batch (
    at timestamptz NOT NULL,
    id bigint NOT NULL,
    chain_result bytea NOT NULL,
    token bytea NOT NULL,
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
