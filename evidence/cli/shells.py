"""The scripts of three shells, from one vocabulary."""

from __future__ import annotations

from typing import Final, NamedTuple


class Option(NamedTuple):
    """An option by all of its names, what it does, whether a value follows, and what that may be."""

    names: tuple[str, ...]
    help: str
    has_value: bool
    words: tuple[str, ...]


class Command(NamedTuple):
    """A command, what it does, its options, and the words that may follow it; none where these are files."""

    name: str
    help: str
    options: tuple[Option, ...]
    words: tuple[str, ...]


class Vocabulary(NamedTuple):
    """The command itself, which has no name here, and its commands."""

    top: Command
    commands: tuple[Command, ...]

    @property
    def every(self) -> tuple[Command, ...]:
        return (self.top, *self.commands)


def _quoted(text: str) -> str:
    """A text as a word of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def _values(vocabulary: Vocabulary) -> dict[str, str]:
    """The words that follow an option, by the patterns of a command and its option; no words where a file does."""
    patterns: dict[str, list[str]] = {}
    for command in vocabulary.every:
        for option in command.options:
            if option.has_value:
                names = [_quoted(f"{command.name} {name}") for name in option.names]
                patterns.setdefault(" ".join(option.words), []).extend(names)
    return {"|".join(several): words for words, several in patterns.items()}


def _names(command: Command) -> str:
    return " ".join(name for option in command.options for name in option.names)


BASH: Final = """\
# bash completion for evidence; source <(evidence completion bash)
_evidence() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" before="" command="" index words="" options=""
    COMPREPLY=()
    for ((index = 1; index < COMP_CWORD; index++)); do
        case "${{COMP_WORDS[index]}}" in
            {taking}) ((index++)) ;;
            -*) ;;
            *) command="${{COMP_WORDS[index]}}"; break ;;
        esac
    done
    before="${{COMP_WORDS[COMP_CWORD-1]}}"
    case "$command $before" in
{values}
        *)
            case "$command" in
{commands}
            esac
            if [[ $current == -* ]]; then
                words="$options"
            fi ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$current" || true))
    if [[ ${{#COMPREPLY[@]}} == 1 && ${{COMPREPLY[0]}} == *= ]]; then
        compopt -o nospace 2>/dev/null || true
    fi
}}
complete -o default -F _evidence evidence
"""


def bash(vocabulary: Vocabulary) -> str:
    """The script for bash. Where no word fits, files are completed."""
    values = [
        f"        {patterns}) words={_quoted(words)} ;;" for patterns, words in _values(vocabulary).items()
    ]
    commands = [
        f"                {_quoted(each.name)}) words={_quoted(_first(vocabulary, each))} options={_quoted(_names(each))} ;;"
        for each in vocabulary.every
    ]
    return BASH.format(taking=_taking(vocabulary), values="\n".join(values), commands="\n".join(commands))


ZSH: Final = """\
#compdef evidence
# zsh completion for evidence; source <(evidence completion zsh)
_evidence() {{
    local current="${{words[CURRENT]}}" before="${{words[CURRENT-1]}}" command="" index
    local -a choice options
    for ((index = 2; index < CURRENT; index++)); do
        case "${{words[index]}}" in
            {taking}) ((index++)) ;;
            -*) ;;
            *) command="${{words[index]}}"; break ;;
        esac
    done
    case "$command $before" in
{values}
    esac
    case "$command" in
{commands}
        *) _files; return ;;
    esac
    if [[ $current == -* ]]; then
        compadd -- $options
    elif (( $#choice )); then
        compadd -- $choice
    else
        _files
    fi
}}
compdef _evidence evidence
"""


def zsh(vocabulary: Vocabulary) -> str:
    """The script for zsh."""
    values = [
        f"        {patterns}) {_compadd(words)}; return ;;" for patterns, words in _values(vocabulary).items()
    ]
    commands = [
        f"        {_quoted(each.name)}) choice=({_list(_first(vocabulary, each))}) options=({_list(_names(each))}) ;;"
        for each in vocabulary.every
    ]
    return ZSH.format(taking=_taking(vocabulary), values="\n".join(values), commands="\n".join(commands))


def fish(vocabulary: Vocabulary) -> str:
    """The script for fish."""
    names = " ".join(each.name for each in vocabulary.commands)
    lines = [
        "# fish completion for evidence; evidence completion fish | source",
        *(
            f"complete -c evidence -n 'not __fish_seen_subcommand_from {names}' -f -a {each.name} "
            f"-d {_quoted(each.help)}"
            for each in vocabulary.commands
        ),
    ]
    for command in vocabulary.every:
        known = (
            f"__fish_seen_subcommand_from {command.name}"
            if command.name
            else f"not __fish_seen_subcommand_from {names}"
        )
        for option in command.options:
            flags = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
            )
            value = (
                f" -x -a {_quoted(' '.join(option.words))}"
                if option.words
                else " -r"
                if option.has_value
                else ""
            )
            lines.append(f"complete -c evidence -n '{known}' {flags}{value} -d {_quoted(option.help)}")
        if command.words:
            lines.append(f"complete -c evidence -n '{known}' -f -a {_quoted(' '.join(command.words))}")
    return "\n".join(lines) + "\n"


def _first(vocabulary: Vocabulary, command: Command) -> str:
    """What may follow a command: its own words, and behind the command itself the commands."""
    words = command.words if command.name else tuple(each.name for each in vocabulary.commands)
    return " ".join(words)


def _taking(vocabulary: Vocabulary) -> str:
    """The options of the command itself that a value follows, which is no command."""
    return "|".join(name for option in vocabulary.top.options if option.has_value for name in option.names)


def _list(words: str) -> str:
    return " ".join(map(_quoted, words.split()))


def _compadd(words: str) -> str:
    if not words:
        return "_files"
    return f"compadd -S '' -- {_list(words)}" if words.endswith("=") else f"compadd -- {_list(words)}"
