"""The command line was called wrongly: exit code 2."""

from sekisho.domain.errors.kinds import Invalid, SekishoError
from sekisho.domain.text import Language, Text

_LOOK = Text("`{help}` lists what there is.", "一覧は `{help}` で表示できます。")


class CommandUnknown(Invalid):
    """There is no command of this name."""

    code = "command_unknown"
    says = "There is no command `{given}`."
    step = "Did you mean `{near}`? `{help}` lists what there is."

    def next_step(self, language: Language = "en") -> str:
        return _step(self, super().next_step(language), language)


class OptionUnknown(Invalid):
    """The command has no option, or no place for a word, like this."""

    code = "option_unknown"
    says = "`{command}` does not know `{given}`."
    step = "Did you mean `{near}`? `{help}` lists what there is."

    def next_step(self, language: Language = "en") -> str:
        return _step(self, super().next_step(language), language)


class ChoiceInvalid(Invalid):
    """A value that an option or argument cannot have."""

    code = "choice_invalid"
    says = "{name} cannot be `{given}`; it can be: {wanted}."
    step = "Did you mean `{near}`? `{help}` lists what there is."

    def next_step(self, language: Language = "en") -> str:
        return _step(self, super().next_step(language), language)


class ArgumentsMissing(Invalid):
    """A command, option or word that cannot be left out."""

    code = "arguments_missing"
    says = "`{command}` needs more: {names}."
    step = "`{help}` shows how it is called."


def _step(error: SekishoError, near: str, language: Language) -> str:
    """Name the nearest word that is ours, else where all of them are listed."""
    return near if error.facts.get("near") else _LOOK.render(language, error.facts)
