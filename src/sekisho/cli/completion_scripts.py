"""The completion scripts: one function a shell, from the table of commands to its text."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence

FILES = "@files"
"""In a table: complete names of files."""
_FISH_WORDS = "        case {key}\n            printf '%s\\t%s\\n' {words}"
_FISH_VALUES = "        case {key}\n            string split -n ' ' '{words}'\n            return 0"


@dataclasses.dataclass(frozen=True)
class Command:
    """What may follow one command.

    `words` are commands and closed choices, with what each is for; `values` are options that take
    one, with what that may be: words, FILES, or nothing that is known.
    """

    path: str
    words: dict[str, str]
    options: dict[str, str]
    values: dict[str, tuple[str, ...]]


def bash(commands: Sequence[Command]) -> str:
    """Write the script for bash 3.2 and newer (macOS): no associative arrays."""
    return f"""\
# bash completion for sekisho; load it with: source <(sekisho completion bash)
_sekisho_words() {{
  case "$1" in
{_cases(commands, '    {key}) REPLY="{words}" ;;', _next_words)}
    *) REPLY="" ;;
  esac
}}
_sekisho_values() {{
  case "$1" in
{_value_cases(commands, '    {key}) REPLY="{words}"; return 0 ;;')}
  esac
  return 1
}}
_sekisho() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="" path="" word index REPLY
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="${{COMP_WORDS[index]}}"
    if [[ -n $previous ]] && _sekisho_values "$path $previous"; then previous=""; continue; fi
    previous="$word"
    _sekisho_words "$path"
    if [[ $word != -* && " $REPLY " == *" $word "* ]]; then
      _sekisho_words "${{path:+$path }}$word"
      if [[ -n $REPLY ]]; then path="${{path:+$path }}$word"; fi
    fi
  done
  if [[ -n $previous ]] && _sekisho_values "$path $previous"; then
    if [[ $REPLY == {FILES} ]]; then
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$current"))
    else
      COMPREPLY=($(compgen -W "$REPLY" -- "$current"))
    fi
    return
  fi
  _sekisho_words "$path"
  # Options only where one is begun, or where there is nothing else to offer.
  if [[ $current != -* && $REPLY != -* ]]; then REPLY="${{REPLY%%" -"*}}"; fi
  COMPREPLY=($(compgen -W "$REPLY" -- "$current"))
}}
complete -F _sekisho sekisho"""


def zsh(commands: Sequence[Command]) -> str:
    """Write the script for zsh, with what each word is for."""
    return f"""\
#compdef sekisho
# zsh completion for sekisho; save it as _sekisho in a folder of $fpath, or: source <(…)
_sekisho_words() {{
  case "$1" in
{_cases(commands, "    {key}) reply=({words}) ;;", _described)}
    *) reply=() ;;
  esac
}}
_sekisho_values() {{
  case "$1" in
{_value_cases(commands, "    {key}) reply=({words}); return 0 ;;")}
  esac
  return 1
}}
_sekisho() {{
  local previous="" path_="" word index
  local -a reply
  for ((index = 2; index < CURRENT; index++)); do
    word="${{words[index]}}"
    if [[ -n $previous ]] && _sekisho_values "$path_ $previous"; then previous=""; continue; fi
    previous="$word"
    _sekisho_words "$path_"
    if [[ $word != -* && -n ${{(M)reply:#$word:*}} ]]; then
      _sekisho_words "${{path_:+$path_ }}$word"
      if (( $#reply )); then path_="${{path_:+$path_ }}$word"; fi
    fi
  done
  if [[ -n $previous ]] && _sekisho_values "$path_ $previous"; then
    if [[ $reply == {FILES} ]]; then _files; else compadd -a reply; fi
    return
  fi
  _sekisho_words "$path_"
  _describe -t commands sekisho reply
}}
if [[ $funcstack[1] == _sekisho ]]; then _sekisho "$@"; else compdef _sekisho sekisho; fi"""


def fish(commands: Sequence[Command]) -> str:
    """Write the script for fish, with what each word is for."""
    return f"""\
# fish completion for sekisho; save it as ~/.config/fish/completions/sekisho.fish
function __sekisho_words
    switch $argv[1]
{_cases(commands, _FISH_WORDS, _pairs)}
    end
end
function __sekisho_values
    switch $argv[1]
{_value_cases(commands, _FISH_VALUES)}
    end
    return 1
end
function __sekisho
    set -l path ''
    set -l previous ''
    for word in (commandline -opc)[2..-1]
        if test -n "$previous"; and __sekisho_values "$path $previous" >/dev/null
            set previous ''
            continue
        end
        set previous $word
        set -l deeper (string trim -- "$path $word")
        if test (count (__sekisho_words $deeper)) -gt 0
            set path $deeper
        end
    end
    if test -n "$previous"
        set -l values (__sekisho_values "$path $previous")
        if test $status -eq 0
            if test "$values" = {FILES}
                __fish_complete_path (commandline -ct)
            else
                printf '%s\\n' $values
            end
            return
        end
    end
    set -l found (__sekisho_words $path)
    if not string match -q -- '-*' (commandline -ct)
        set -l bare (string match -v -- '-*' $found)
        test (count $bare) -gt 0; and set found $bare
    end
    printf '%s\\n' $found
end
complete -c sekisho -f -a '(__sekisho)'"""


def powershell(commands: Sequence[Command]) -> str:
    """Write the script for PowerShell 5.1 and newer."""
    words = "\n".join(
        f"  {_doubled(c.path)} = @({', '.join(map(_doubled, _names(c)))})" for c in commands
    )
    values = "\n".join(
        f"  {_doubled(f'{c.path} {option}')} = @({', '.join(map(_doubled, known))})"
        for c in commands
        for option, known in c.values.items()
    )
    return f"""\
# PowerShell completion for sekisho; add to $PROFILE:
# sekisho completion powershell | Out-String | Invoke-Expression
$SekishoWords = @{{
{words}
}}
$SekishoValues = @{{
{values}
}}
Register-ArgumentCompleter -Native -CommandName sekisho -ScriptBlock {{
  param($current, $line, $cursor)
  $path = ''; $previous = ''
  $given = @($line.CommandElements | Where-Object {{ $_.Extent.EndOffset -lt $cursor }})
  foreach ($element in ($given | Select-Object -Skip 1)) {{
    $word = "$element"
    if ($previous -and $SekishoValues.ContainsKey("$path $previous")) {{ $previous = ''; continue }}
    $previous = $word
    $deeper = "$path $word".Trim()
    if ($SekishoWords.ContainsKey($deeper)) {{ $path = $deeper }}
  }}
  $known = $SekishoWords[$path]
  if ($previous -and $SekishoValues.ContainsKey("$path $previous")) {{
    $known = $SekishoValues["$path $previous"]
    if ($known -contains '{FILES}') {{ return }}
  }}
  $known | Where-Object {{ $_ -like "$current*" }} | ForEach-Object {{
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }}
}}"""


SCRIPTS: dict[str, Callable[[Sequence[Command]], str]] = {
    "bash": bash,
    "zsh": zsh,
    "fish": fish,
    "powershell": powershell,
}


def _cases(commands: Iterable[Command], line: str, words: Callable[[Command], str]) -> str:
    return "\n".join(line.format(key=f'"{c.path}"', words=words(c)) for c in commands)


def _value_cases(commands: Iterable[Command], line: str) -> str:
    """One line an option that takes a value; most have the same in every command."""
    return "\n".join(
        line.format(key=f'"{c.path} {option}"', words=" ".join(values))
        for c in commands
        for option, values in c.values.items()
    )


def _names(command: Command) -> list[str]:
    return [*command.words, *command.options]


def _next_words(command: Command) -> str:
    return " ".join(_names(command))


def _pairs(command: Command) -> str:
    every = {**command.words, **command.options}
    return " ".join(f"{_single(word)} {_single(about)}" for word, about in every.items())


def _described(command: Command) -> str:
    every = {**command.words, **command.options}
    return " ".join(_single(f"{word}:{about}") for word, about in every.items())


def _single(text: str) -> str:
    """Quote for sh, zsh and fish alike: a quote inside leaves the quotes for a moment."""
    return "'" + text.replace("'", "'\"'\"'") + "'"


def _doubled(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
