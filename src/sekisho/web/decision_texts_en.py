"""What the console says of overrides, broken glass and what comes after, in English."""

DECISION_ENGLISH: dict[str, str] = {
    "decide.override": "Override the soft rules",
    "decide.break_glass": "Break the glass",
    "decide.follow_up": "I have looked at it",
    "decide.ask_override": "Override…",
    "decide.ask_break_glass": "Emergency: break the glass…",
    "decide.ask_follow_up": "Look at the override…",
    "decide.override_note": "Passes the soft rules that are unmet. Somebody else looks at"
    " it within 3 days.",
    "decide.break_glass_note": "For emergencies: passes every rule that is unmet, sets off an"
    " alarm, and somebody else looks at it within 3 days.",
    "decide.follow_up_note": "An override was given for this run. Say that you have looked at it.",
    "decide.apply_later": "Apply when the time comes",
    "decide.apply_later_note": "It waits in the queue and is judged again then; it may be"
    " discarded.",
    "note.passed": "Recorded. Somebody else has to look at it within 3 days.",
    "note.followed": "Recorded: you have looked at it.",
    "note.apply_waits": "The apply waits for its time.",
    "fact.intent": "Said beforehand (intent)",
    "fact.beyond": "Beyond the intent",
    "fact.rollback": "How to roll back",
    "level.hard": "hard",
    "level.soft": "soft",
    "level.advisory": "advisory",
    "follow.title": "Overrides that somebody else has to look at",
    "follow.due": "to be looked at",
    "follow.late": "overdue",
    "follow.until": "until {at}",
    "verdict.passed": "Passed by an override",
    "verdict.advice": "Only advice",
}
