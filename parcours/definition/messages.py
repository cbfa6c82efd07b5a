"""Shape errors told to the author of the file: pydantic's errors in, findings in the file's own words out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, Tag, ValidationError
from pydantic_core import ErrorDetails

from parcours.definition import meant, unsupported
from parcours.definition.problems import Finding, Loc, Mistake, closest, did_you_mean, one_of, shown

NAMES = {
    r"^[a-z][a-z0-9_]*$": "write a small letter, then small letters, digits or _",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "write letters, digits and _, a letter first",
    r"^[A-Za-z0-9][A-Za-z0-9_.-]*$": "write letters, digits, _, - or . without spaces",
}

ANYTHING = "*"

# What a value of the wrong kind isn't, and what to write, by the types of pydantic's errors.
KINDS = {
    "int_type": ("not a whole number", None),
    "int_from_float": ("not a whole number", None),
    "string_type": ("not text", "put it in quotes"),
    "bool_type": ("neither true nor false", "write true or false"),
    "bool_parsing": ("neither true nor false", "write true or false"),
    "tuple_type": ("not a list", "write [..]"),
    "list_type": ("not a list", "write [..]"),
    "dict_type": ("not a mapping", "write {key: value}"),
    "model_type": ("not a mapping", "write {key: value}"),
    "model_attributes_type": ("not a mapping", "write {key: value}"),
}


def findings_of(error: ValidationError, model: type[BaseModel], data: Any, prefix: Loc = ()) -> list[Finding]:
    """Everything that pydantic found wrong with `data` as a `model`, which stands at `prefix` of its file."""
    details = error.errors(include_url=False)
    replaced = {loc for item in details if item["type"] == "extra_forbidden" for loc in _meant(item, model)}
    found: list[Finding] = []
    for item in details:
        loc = written_loc(item["loc"])
        if item["type"] == "extra_forbidden" and (home := _empty_home(item, model, data)) is not None:
            found.append(Finding(prefix + loc, f"unknown key '{loc[-1]}'", f"indent it below {home}:", on_key=True))
            continue
        if item["type"] == "missing" and not replaced.isdisjoint((loc, (*loc[:-1], ANYTHING))):
            continue  # another key stands there in its place, and has been told
        if item["type"] in ("too_short", "too_long") and not _is_of_wrong_length(item, data, loc):
            continue  # it counts only the items that are right, and the others have been told
        found.append(_finding(item, model, loc, prefix))
        if isinstance(mistake := item.get("ctx", {}).get("error"), Mistake):
            found += [Finding(prefix + loc + one.at, one.what, one.remedy) for one in mistake.further]
    return found


def _meant(item: ErrorDetails, model: type[BaseModel]) -> Iterator[Loc]:
    """What an unknown key stands for: the one that it resembles; one of a later version may stand for any."""
    *above, key = item["loc"]
    owner = model_at(model, tuple(above))
    if key in unsupported.KEYS.get(owner.__name__, ()):
        yield (*written_loc(tuple(above)), ANYTHING)
    elif len(known := known_keys(owner)) == 1:
        yield (*written_loc(tuple(above)), known[0])
    elif (close := meant.meant_key(owner.__name__, str(key)) or closest(str(key), known_keys(owner))) is not None:
        yield (*written_loc(tuple(above)), close)


def _empty_home(item: ErrorDetails, model: type[BaseModel], data: Any) -> str | None:
    """The key beside an unknown one that has no value, and below which the unknown one would be known."""
    *above, key = item["loc"]
    owner = model_at(model, tuple(above))
    for part in written_loc(tuple(above)):
        data = data[part]
    empty = (name for name, value in data.items() if value is None)
    return next(
        (name for name in empty if any(key in known_keys(each) for each in _models(_annotation(owner, name), None))),
        None,
    )


def _finding(item: ErrorDetails, model: type[BaseModel], loc: Loc, prefix: Loc) -> Finding:
    kind, value, context = item["type"], item["input"], item.get("ctx", {})
    here = prefix + loc
    if is_key(loc[-1:]):
        return _wrong_key(kind, str(value), context, here[:-1])
    if kind == "extra_forbidden":
        what, remedy = _unknown_key(str(loc[-1]), model_at(model, item["loc"][:-1]))
        return Finding(here, what, remedy, on_key=True)
    if kind == "missing":
        return Finding(here[:-1], f"missing key '{loc[-1]}'")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _wrong_type(value, context, model, item["loc"], here)
    if kind == "value_error" and isinstance(mistake := context.get("error"), Mistake):
        return Finding(here + mistake.at, mistake.what, mistake.remedy)
    if value is None:
        return Finding(here, "no value", "write one, or leave the key out")
    what, remedy = _wrong_value(kind, value, context)
    if kind in KINDS or kind == "literal_error":
        raw = item["loc"]
        while raw and _is_tag(raw[-1]):
            raw = raw[:-1]
        if raw:
            remedy = _remedy_at((model_at(model, raw[:-1]).__name__, str(raw[-1])), value, remedy)
    return Finding(here, what, remedy)


def _remedy_at(place: tuple[str, str], value: Any, remedy: str | None) -> str | None:
    """What to write as the value of this key of this model."""
    if place == ("ProfileCap", "limit") and isinstance(value, list):
        return "write limits: [..] for several"
    return meant.VALUES.get(place) or meant.VALUES.get((place[0], "*"), remedy)


def _unknown_key(key: str, owner: type[BaseModel]) -> tuple[str, str | None]:
    if key in unsupported.KEYS.get(owner.__name__, ()):
        return unsupported.refusal(key), None
    known = known_keys(owner)
    if len(known) == 1:
        return f"unknown key '{key}'", did_you_mean(key, known) or f"write it below {known[0]}:"
    remedy = meant.remedy_for_key(owner.__name__, key) or did_you_mean(key, known)
    remedy = remedy or meant.remedy_for_own_name(owner.__name__, key)
    return f"unknown key '{key}'", remedy or f"known here: {', '.join(known)}"


def _wrong_key(kind: str, key: str, context: Mapping[str, Any], here: Loc) -> Finding:
    """A key of a mapping whose keys are names."""
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", context["expected"])
        return Finding(
            here, f"unknown key '{key}'", did_you_mean(key, words) or f"known here: {', '.join(words)}", on_key=True
        )
    what, remedy = _wrong_value(kind, key, context)
    return Finding(here, what, remedy, on_key=True)


def _wrong_type(value: Any, context: Mapping[str, Any], model: type[BaseModel], raw: Loc, here: Loc) -> Finding:
    """The `type` of a step or an entry is missing or unknown."""
    known = [tag.strip("<>") for tag in _tags_at(model, raw)]
    form = "{id: ..., type: ...}" if "message" in known else "{type: ...}"
    if not isinstance(value, Mapping):
        return Finding(here, f"not a mapping: {shown(value)}", f"write {form}")
    if "type" not in value:
        return Finding(here, "missing key 'type'", meant.remedy_for_no_type(value, known) or f"write {one_of(known)}")
    written = value["type"]
    close = did_you_mean(written, known) if isinstance(written, str) else None
    close = meant.remedy_for_type(written, known) or close
    return Finding((*here, "type"), f"unknown type {shown(written)}", close or f"write {one_of(known)}")


def _wrong_value(kind: str, value: Any, context: Mapping[str, Any]) -> tuple[str, str | None]:
    if kind in KINDS:
        what, remedy = KINDS[kind]
        remedy = meant.MAPPINGS.get(str(context.get("class_name")), remedy)
        if what == "not a list":
            remedy = meant.remedy_for_list(value) or remedy
        if kind == "string_type" and isinstance(value, Mapping | list):
            remedy = "write text"
        if kind == "int_type" and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
            remedy = f"write {value} without quotes"
        return f"{what}: {shown(value)}", remedy
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", context["expected"])
        what = f"not one word: {shown(value)}" if isinstance(value, Mapping | list) else f"unknown value {shown(value)}"
        return what, f"write {one_of(words)}"
    if kind == "greater_than_equal":
        return f"too small: {shown(value)}", f"{context['ge']} at least"
    if kind == "less_than_equal":
        return f"too large: {shown(value)}", f"{context['le']} at most"
    if kind == "too_short":
        least = context["min_length"]
        empty = "an empty mapping" if isinstance(value, Mapping) else "an empty list"
        return empty if not value else f"too few: {len(value)}", f"write {'one' if least == 1 else least} at least"
    if kind == "too_long":
        return f"too many: {len(value)}", f"write {context['max_length']} at most"
    if kind == "string_too_long":
        return f"too long: {len(value)} characters", f"{context['max_length']} at most"
    if kind == "string_too_short":
        return "empty text", None
    if kind == "string_pattern_mismatch":
        return f"not a name: {shown(value)}", NAMES[context["pattern"]]
    return f"wrong value: {shown(value)}", None


def _is_of_wrong_length(item: ErrorDetails, data: Any, loc: Loc) -> bool:
    for part in loc:
        data = data[part]
    context = item["ctx"]
    return bool(len(data) < context.get("min_length", 0) or len(data) > context.get("max_length", len(data)))


def written_loc(loc: Loc) -> Loc:
    """Without the tags of unions, which stand in angles and aren't in the file."""
    return tuple(part for part in loc if not _is_tag(part))


def is_key(end: Loc) -> bool:
    """Whether the last part of a place says that the key before it is wrong, rather than its value."""
    return end == ("[key]",)


def _is_tag(part: object) -> bool:
    return isinstance(part, str) and part.startswith("<") and part.endswith(">")


def known_keys(model: type[BaseModel]) -> list[str]:
    """The keys that a mapping of this model may have, as they are written."""
    return [field.alias or name for name, field in model.model_fields.items()]


def model_at(model: type[BaseModel], loc: Loc) -> type[BaseModel]:
    """The model at a place below another, by pydantic's own loc, tags and all."""
    for place, part in enumerate(loc):
        annotation = _annotation(model, part)
        if annotation is not None:
            tag = next((later for later in loc[place + 1 :] if _is_tag(later)), None)
            model = next(_models(annotation, tag), model)
    return model


def _annotation(model: type[BaseModel], key: str | int) -> Any:
    fields = model.model_fields.items()
    return next((field.annotation for name, field in fields if key == (field.alias or name)), None)


def _models(annotation: Any, tag: str | int | None) -> Iterator[type[BaseModel]]:
    """The models of which an annotation speaks; of a tagged union the one of the tag."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    arguments = get_args(annotation)
    tags = [part.tag for part in arguments if isinstance(part, Tag)]
    if not tags or tag is None or tag in tags:
        for argument in arguments:
            yield from _models(argument, tag)


def _tags_at(model: type[BaseModel], loc: Loc) -> list[str]:
    """The tags of the union at a place."""
    key = next(part for part in reversed(loc) if isinstance(part, str) and not _is_tag(part))
    return list(_tags(_annotation(model_at(model, loc[: loc.index(key)]), key)))


def _tags(annotation: Any) -> Iterator[str]:
    for argument in get_args(annotation):
        if isinstance(argument, Tag):
            yield argument.tag
        elif not isinstance(argument, type):
            yield from _tags(argument)
