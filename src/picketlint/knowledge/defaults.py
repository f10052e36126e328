"""Calls that declare a default, by the last part of their name."""

from __future__ import annotations

# The 0-based position of the default among the positional arguments; -1 where it is keyword-only.
FIELD_CALLS = {
    "field": -1,  # dataclasses.field, attrs.field: https://docs.python.org/3/library/dataclasses.html#dataclasses.field
    "ib": 0,  # attr.ib: https://www.attrs.org/en/stable/api-attr.html
    "attrib": 0,
    "Field": 0,  # pydantic.Field, sqlmodel.Field: https://docs.pydantic.dev/latest/api/fields/
    "Option": 0,  # typer.Option: https://typer.tiangolo.com/reference/parameters/
    "Argument": 0,
    "Query": 0,  # fastapi: https://fastapi.tiangolo.com/reference/parameters/
    "Form": 0,
    "Header": 0,
    "Body": 0,
    "HfArg": -1,  # transformers.hf_argparser.HfArg
}

# absl.flags: name, default, help. https://abseil.io/docs/python/guides/flags
FLAG_DEFINERS = frozenset({"DEFINE_bool", "DEFINE_boolean"})

# Calls that declare a command-line option; positions as above.
OPTION_CALLS = {
    "add_argument": -1,  # argparse: https://docs.python.org/3/library/argparse.html#the-add-argument-method
    "add_option": -1,  # optparse: https://docs.python.org/3/library/optparse.html
    "option": -1,  # click.option: https://click.palletsprojects.com/en/stable/api/#click.option
    "Option": 0,  # typer.Option: https://typer.tiangolo.com/reference/parameters/
    **dict.fromkeys(FLAG_DEFINERS, 1),
}
