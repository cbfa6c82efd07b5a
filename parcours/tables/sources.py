"""The five tables that the engine reads: specification 3, "Read by the engine"."""

from parcours.tables.model import Column, Table

TEXT_MAP = "map<string,string>"

FEEDBACK_VALUES = ("delivered", "bounced_hard", "bounced_soft", "opened", "clicked", "unsubscribed", "complained")
SUPPRESSION_LISTS = ("suppress", "allow")
CONSENT_VALUES = ("y", "n")

PROFILES = Table(
    name="profiles",
    grain="a person",
    description="Who may enter journeys. Any further columns are the project's own: profile.<column> in expressions.",
    key=("profile_id",),
    columns=(
        Column("profile_id", "string", "Who it is. Unique.", nullable=False),
        Column("email", "string", "Email address, as it was loaded."),
        Column("phone", "string", "Phone number in E.164: +, then 7 to 15 digits."),
        Column("push_token", "string", "Token of the device that gets push messages."),
        Column("timezone", "string", "Time zone of the person, an IANA name; unknown names count as none."),
        Column("locale", "string", "Language and country, such as fr-FR."),
        Column("is_test", "boolean", "True for people whom only test runs write to."),
        Column(
            "consents", TEXT_MAP, "By channel: y has consented, n has refused; a channel that is absent is consent."
        ),
    ),
)

AUDIENCE_MEMBERS = Table(
    name="audience_members",
    grain="one stay of a profile in an audience",
    description="A member at a moment is whoever has a stay with entered_at <= moment < exited_at.",
    key=("audience_id", "profile_id", "entered_at"),
    columns=(
        Column("audience_id", "string", "The audience.", nullable=False),
        Column("profile_id", "string", "The member.", nullable=False),
        Column("entered_at", "timestamp", "When the stay began (UTC), included.", nullable=False),
        Column("exited_at", "timestamp", "When the stay ended (UTC), excluded; null while it goes on."),
        Column("attributes", TEXT_MAP, "What the audience tells of this member: audience.<name> in expressions."),
    ),
)

EVENTS = Table(
    name="events",
    grain="something that happened",
    description="The first row ever loaded of an event_id stands.",
    key=("event_id",),
    columns=(
        Column("event_id", "string", "Which event. Unique.", nullable=False),
        Column("event_type", "string", "What kind of event, as named in events.yaml."),
        Column("profile_id", "string", "To whom it happened; null for a business event."),
        Column("event_time", "timestamp", "When it happened (UTC).", nullable=False),
        Column("attributes", TEXT_MAP, "What is known of it: event.<name> in expressions."),
    ),
)

MESSAGE_FEEDBACK = Table(
    name="message_feedback",
    grain="something that became of a send",
    description="The first row ever loaded of a feedback_id stands.",
    key=("feedback_id",),
    columns=(
        Column("feedback_id", "string", "Which piece of feedback. Unique.", nullable=False),
        Column("delivery_id", "string", "The send that it is about: deliveries.delivery_id."),
        Column("feedback", "string", "What became of the send.", values=FEEDBACK_VALUES),
        Column("feedback_at", "timestamp", "When that happened (UTC)."),
        Column("detail", "string", "What else the sender told: a bounce's text, a clicked link."),
    ),
)

SUPPRESSIONS = Table(
    name="suppressions",
    grain="an address never to be used, or one of those that alone may be",
    description="A channel that has allow rows sends only to those, from the first one's added_at on.",
    key=("channel", "address", "list"),
    columns=(
        Column("channel", "string", "The channel that it holds for.", nullable=False),
        Column("address", "string", "The address, or a domain without its subdomains as @example.com.", nullable=False),
        Column("reason", "string", "Why, in the words of whoever added it."),
        Column("added_at", "timestamp", "From when on it holds (UTC); null is always."),
        Column("list", "string", "Which list it stands on.", nullable=False, values=SUPPRESSION_LISTS),
    ),
)

SOURCES: dict[str, Table] = {
    table.name: table for table in (PROFILES, AUDIENCE_MEMBERS, EVENTS, MESSAGE_FEEDBACK, SUPPRESSIONS)
}
FIRST_ROW_STANDS = frozenset({"events", "message_feedback"})
"""Sources of which the first row ever loaded of a key stands; of the others the last does."""
