"""What `saola site init` does for registers: checks that they are declared, and loads the samples."""

from __future__ import annotations

from pathlib import Path

import yaml
from django.db import transaction
from saola_blueprint.schema import Register

from saola_platform.kernel import clock
from saola_platform.kernel.configuration import site
from saola_platform.registers.actions import Source, insert
from saola_platform.registers.declared import held
from saola_platform.registers.errors import DataRefused, SampleRefused
from saola_platform.registers.models import Record

SAMPLES = Source(recorded_by="samples", legal_ground="samples")


def prepare() -> None:
    """May be repeated: a sample whose key is there already is left alone."""
    registers = held()
    file = site().register_samples
    if file is not None:
        samples = _read(file)
        for register in registers:
            load(register=register, samples=samples.get(register.id, []), file=file)


def load(*, register: Register, samples: list[object], file: Path) -> int:
    """Load what is not there yet, all or nothing; how many. Raises SampleRefused, naming the sample."""
    loaded = 0
    with transaction.atomic():
        for number, data in enumerate(samples, start=1):
            if not isinstance(data, dict) or not data.get(register.key):
                raise SampleRefused(f"{file}: {register.id}, sample {number}: no {register.key}")
            if Record.objects.filter(register=register.id, key=str(data[register.key])).exists():
                continue
            try:
                insert(register=register, data=data, source=SAMPLES, at=clock.now(), gives_key=False)
            except DataRefused as exc:
                raise SampleRefused(f"{file}: {register.id}, sample {number}: {exc.detail}") from exc
            loaded += 1
    return loaded


def _read(file: Path) -> dict[str, list[object]]:
    try:
        data = yaml.load(file.read_text(encoding="utf-8"), Loader=TextLoader)  # noqa: S506 - made safer, not less safe
    except (OSError, yaml.YAMLError) as exc:
        raise SampleRefused(f"{file}: {exc}") from exc
    if not isinstance(data, dict) or not all(isinstance(samples, list) for samples in data.values()):
        raise SampleRefused(f"{file}: expected a list of samples for each register")
    return data


class TextLoader(yaml.SafeLoader):
    """YAML as it is, except that dates stay text, as they travel in JSON."""


TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
