"""How values travel to and from Temporal: pydantic's JSON, read by adapters that all runs share."""

from dataclasses import replace

from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.converter import CompositePayloadConverter

_SHARED = PydanticPayloadConverter()


class SharedPayloadConverter(CompositePayloadConverter):
    """The SDK makes a converter for each run that a worker holds, and pydantic's keeps an adapter for each type it has
    met. Apart, each run would build them all anew, which is a third of what replaying it costs, and hold them."""

    def __init__(self) -> None:
        super().__init__(*_SHARED.converters.values())


DATA_CONVERTER = replace(pydantic_data_converter, payload_converter_class=SharedPayloadConverter)
