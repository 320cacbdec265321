"""What others may call: nothing. The portal is a face; its services are in `views/services.py`, over the exchange."""
