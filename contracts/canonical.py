"""JSON in one form, whoever writes it: RFC 8785, and in it every character other than printable ASCII escaped."""

import json
from typing import Any, cast


def canonical(value: Any) -> str:
    """A JSON value as every agency writes it before it reckons a fingerprint.

    Args:
        value: Texts, numbers, true, false, null, lists and objects, as ``contracts.strict_json`` reads them.

    Raises:
        TypeError: It is something else.
    """
    match value:
        case None | bool() | str():
            return json.dumps(value)
        case int():
            return str(value)
        case float():
            return _number(value)
        case list() | tuple():
            return f"[{','.join(canonical(inner) for inner in cast('list[Any]', value))}]"
        case dict():
            fields = cast("dict[str, Any]", value)
            return f"{{{','.join(f'{json.dumps(name)}:{canonical(fields[name])}' for name in sorted(fields, key=_units))}}}"
        case _:
            raise TypeError(f"{type(value).__name__} is no value of JSON")


def _units(name: str) -> bytes:
    """UTF-16, by whose units other languages sort."""
    return name.encode("utf-16-be", "surrogatepass")


def _number(number: float) -> str:
    """As ECMAScript writes it: the shortest digits that read back, and an exponent below 1e-6 and from 1e21 on."""
    if number == 0:
        return "0"
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    return ("-" if number < 0 else "") + _placed(digits.rstrip("0"), point)


def _placed(digits: str, point: int) -> str:
    if len(digits) <= point <= 21:
        return digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    shown = digits[0] + (f".{digits[1:]}" if digits[1:] else "")
    return f"{shown}e{point - 1:+d}"
