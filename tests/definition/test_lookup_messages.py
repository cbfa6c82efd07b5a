"""What is said to the author of a lookup, and of whoever names what it finds."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.definition.conftest import Said

JOURNEY = """\
id: a
version: 1
entry: {{type: event, event: order_placed}}
steps:
  - {step}
  - {{id: later, type: wait, for: 1h}}
"""

SHAPE = [
    (
        "{id: p, type: lookup}",
        "steps[0]: missing key 'table'\nsteps[0]: missing key 'key'\n"
        "steps[0]: missing key 'select'\nsteps[0]: missing key 'as'",
    ),
    (
        "{id: p, type: lookup, table: products, key: sku, select: [name], as: product}",
        "steps[0].key: a key of 'sku' alone (write {sku: event.sku}: column and expression)",
    ),
    (
        "{id: p, type: lookup, table: products, key: event.sku, select: [name], as: product}",
        "steps[0].key: a key of 'event.sku' alone (write {sku: event.sku}: column and expression)",
    ),
    (
        "{id: p, type: lookup, table: products, key: lower(event.sku), select: [name], as: product}",
        "steps[0].key: a key of 'lower(event.sku)' alone (write {column: expression}: column and expression)",
    ),
    (
        "{id: p, type: lookup, table: products, key: [sku], select: [name], as: product}",
        "steps[0].key: not a mapping: a list (write {column: expression})",
    ),
    (
        "{id: p, type: lookup, table: products, key: {}, select: [name], as: product}",
        "steps[0].key: an empty mapping (write one at least)",
    ),
    (
        "{id: p, type: lookup, table: products, key: {s-k-u: event.sku}, select: [name], as: product}",
        "steps[0].key.s-k-u: not a name: 's-k-u' (write letters, digits and _, a letter first)",
    ),
    (
        "{id: p, type: lookup, table: products, key: {sku: 5}, select: [name], as: product}",
        "steps[0].key.sku: not text: 5 (put it in quotes)",
    ),
    (
        "{id: p, type: lookup, table: products, key: {sku: event.sku}, select: [], as: product}",
        "steps[0].select: an empty list (write one at least)",
    ),
    (
        "{id: p, type: lookup, table: products, key: {sku: event.sku}, select: name, as: product}",
        "steps[0].select: not a list: 'name' (write [name])",
    ),
    (
        "{id: p, type: lookup, table: products, key: {sku: event.sku}, select: [name, name], as: product}",
        "steps[0].select[1]: column 'name' stands twice (write it once)",
    ),
    (
        "{id: p, type: lookup, table: products, key: {sku: event.sku}, select: [name], as: profile}",
        "steps[0].as: 'profile' means something already (take another name)",
    ),
    (
        "{id: p, type: lookup, table: products, key: {sku: event.sku}, select: [name], as: __p}",
        "steps[0].as: '__p' means something already (take another name)",
    ),
    (
        "{id: p, type: lookup, table: products, key: {sku: event.sku}, select: [name], as: my product}",
        "steps[0].as: not a name: 'my product' (write letters, digits and _, a letter first)",
    ),
    (
        "{id: p, type: lookup, table: products, key: {sku: event.sku}, select: [name], as: product, many: yes}",
        "steps[0].many: neither true nor false: 'yes' (write true or false)",
    ),
    (
        "{id: p, type: lookup, table: products, key: {sku: event.sku}, select: [name], as: product, on_eror: end}",
        "steps[0].on_eror: unknown key 'on_eror' (did you mean 'on_error'?)",
    ),
]


def lines(message: str | None) -> list[str]:
    """In a file where the step is line 5, unless a line says another."""
    told = (message or "").splitlines()
    return [f"journeys/a.yaml:{line if line[0].isdigit() else f'5: {line}'}" for line in told]


@pytest.mark.parametrize(("step", "message"), SHAPE)
def test_a_lookup_of_a_wrong_shape_is_told(said: Said, step: str, message: str) -> None:
    assert said({"journeys/a.yaml": JOURNEY.format(step=step)}) == lines(message)


def lookup(key: str = "{sku: event.sku}", select: str = "[name, price]", name: str = "product", rest: str = "") -> str:
    return f"{{id: p, type: lookup, table: products, key: {key}, select: {select}, as: {name}{rest}}}"


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (lookup(), None),
        (lookup(rest=", on_error: later"), None),
        (
            lookup(rest=", on_error: latr"),
            "steps[0].on_error: no step 'latr' (did you mean 'later'?)",
        ),
        (lookup("{sku: sku}"), "steps[0].key.sku: unknown name 'sku' (write event.sku)"),
        (lookup("{sku: event.skuu}"), "steps[0].key.sku: event has no attribute 'skuu' (did you mean 'sku'?)"),
        (
            lookup("{sku: product.name}"),
            "steps[0].key.sku: product isn't looked up before (let step 'p' come before)",
        ),
        (lookup(name="case"), "steps[0].as: 'case' is a word of SQL (take another name)"),
        (lookup(name="now"), None),
    ],
)
def test_a_lookup_that_makes_no_sense_is_told(said: Said, step: str, message: str | None) -> None:
    assert said({"journeys/a.yaml": JOURNEY.format(step=step)}) == lines(message)


def columns(table: str) -> Mapping[str, str] | None:
    """Of a warehouse in which only products and odd are there."""
    tables = {"products": {"sku": "string", "Name": "string", "price": "double", "size": "map<string,int>"}}
    return (tables | {"odd": {"sku": "interval year", "name": "string"}}).get(table)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (lookup(), None),
        (
            lookup(select="[name, prize]"),
            "steps[0].select[1]: table 'products' has no column 'prize' (did you mean 'price'?)",
        ),
        (lookup("{colour: event.sku}"), "steps[0].key.colour: table 'products' has no column 'colour'"),
        (
            lookup("{price: DATE '2026-03-01'}"),
            "steps[0].key.price: a number (double) can't be compared with a date",
        ),
        (
            lookup("{size: event.sku}"),
            "steps[0].key.size: a map can't be compared with text",
        ),
        (
            lookup().replace("products", "product"),
            "steps[0].table: no table 'product' in the warehouse yet: until there is one nobody finds a row",
        ),
        (lookup(select="[name]").replace("products", "odd"), None),
    ],
)
def test_a_table_that_is_there_is_looked_at(said: Said, step: str, message: str | None) -> None:
    assert said({"journeys/a.yaml": JOURNEY.format(step=step)}, table_columns=columns) == lines(message)


NAMED = """\
id: a
version: 1
entry: {{type: event, event: order_placed}}
exit_when: [{{id: cheap, condition: "product.price < 1"}}]
steps:
  - {{id: early, type: condition, paths: [{{label: x, when: "{early}"}}], otherwise: p}}
  - {{id: p, type: lookup, table: products, key: {{sku: event.sku}}, select: [name, price], as: product{many}}}
  - {{id: late, type: condition, paths: [{{label: x, when: "{late}"}}]}}
"""


@pytest.mark.parametrize(
    ("late", "many", "message"),
    [
        ("product.price > 5 AND upper(product.name) = 'SHOES'", "", None),
        (
            "product.pries > 5",
            "",
            "8: steps[2].paths[0].when: product has no column 'pries' (did you mean 'price'?)",
        ),
        (
            "product.colour = 'red'",
            "",
            "8: steps[2].paths[0].when: product has no column 'colour' (name it in the lookup's select)",
        ),
        ("product", "", "8: steps[2].paths[0].when: product alone is no value (write product.<column>)"),
        ("produce.price > 5", "", "8: steps[2].paths[0].when: unknown name 'produce' (did you mean 'product'?)"),
    ],
)
def test_what_is_looked_up_has_the_selected_columns(said: Said, late: str, many: str, message: str | None) -> None:
    text = NAMED.format(early="true", late=late, many=many)
    assert said({"journeys/a.yaml": text}) == lines(message)


def test_what_is_looked_up_may_be_named_from_then_on(said: Said) -> None:
    text = NAMED.format(early="product.price > 5", late="true", many="")
    assert said({"journeys/a.yaml": text}) == [
        "journeys/a.yaml:6: steps[0].paths[0].when: product isn't looked up before (let step 'p' come before)"
    ]


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("size(found) > 1 AND found[0].price > 5 AND exists(found, row -> row.price > 5)", None),
        ("found[0].colour = 'red'", "7: steps[1].paths[0].when: there is no field 'colour'"),
    ],
)
def test_many_rows_are_an_array(said: Said, when: str, message: str | None) -> None:
    text = JOURNEY.format(step=lookup(name="found", rest=", many: true")) + (
        f'  - {{id: last, type: condition, paths: [{{label: x, when: "{when}"}}]}}\n'
    )
    expected = [line.replace("steps[1]", "steps[2]") for line in lines(message)]
    assert said({"journeys/a.yaml": text}) == expected


def test_the_type_of_a_column_is_that_of_the_table(said: Said) -> None:
    text = NAMED.format(early="true", late="product.price > DATE '2026-03-01'", many="")
    assert said({"journeys/a.yaml": text}, table_columns=columns) == [
        "journeys/a.yaml:8: steps[2].paths[0].when: a number (double) can't be compared with a date"
    ]


def test_two_lookups_have_two_names(said: Said) -> None:
    text = JOURNEY.format(step=lookup()) + "  - " + lookup().replace("id: p", "id: q") + "\n"
    assert said({"journeys/a.yaml": text}) == [
        "journeys/a.yaml:7: steps[2].as: step 'p' is called 'product' already (take another name)"
    ]


def test_who_names_a_lookup_that_is_wrong_is_not_told_besides(said: Said) -> None:
    text = NAMED.format(early="true", late="product.colour = 'red'", many=", many: perhaps")
    assert said({"journeys/a.yaml": text}) == [
        "journeys/a.yaml:7: steps[1].many: neither true nor false: 'perhaps' (write true or false)"
    ]


MAIL = """\
id: a
version: 1
entry: {type: event, event: order_placed}
steps:
  - {id: p, type: lookup, table: products, key: {sku: event.sku}, select: [name, price], as: product}
  - {id: all, type: lookup, table: products, key: {kind: event.sku}, select: [name], as: others, many: true}
  - {id: mail, type: message, channel: sms, template: basket}
"""


def test_templates_see_what_was_looked_up(said: Said) -> None:
    template = "body: '{{ product.name }}, {{ product.price }} {% for one in others %}{{ one.name }}{% endfor %}'\n"
    assert said({"journeys/a.yaml": MAIL, "templates/sms/basket.yaml": template}) == []


def test_templates_are_told_what_was_not_looked_up(said: Said) -> None:
    template = "body: '{{ product.colour }} {{ others[0].price }} {{ produce.name }}'\n"
    assert said({"journeys/a.yaml": MAIL, "templates/sms/basket.yaml": template}) == [
        "templates/sms/basket.yaml:1: body: unknown name 'produce' (did you mean 'product'?)",
        "templates/sms/basket.yaml:1: body: product has no column 'colour', in journey 'a' "
        "(name it in the lookup's select)",
        "templates/sms/basket.yaml:1: body: there is no field 'price', in journey 'a'",
    ]


def test_a_template_for_a_message_before_the_lookup_is_told(said: Said) -> None:
    steps = MAIL.splitlines()
    text = "\n".join([*steps[:4], steps[6], *steps[4:6]]) + "\n"
    template = "body: '{{ product.name }}'\n"
    assert said({"journeys/a.yaml": text, "templates/sms/basket.yaml": template}) == [
        "templates/sms/basket.yaml:1: body: product isn't looked up before, in journey 'a' (let step 'p' come before)"
    ]
