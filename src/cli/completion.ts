import { Argument, type Command } from 'commander';
import { print, type Io } from './io.ts';
import { withExamples } from './options.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export function registerCompletion(program: Command, io: Io): void {
  const command = program
    .command('completion')
    .description('Print a script that lets a shell complete commands and options.')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .action((shell: Shell) => print(io, scripts[shell](placesOf(program))));
  withExamples(
    command,
    'source <(sentinel completion bash)                                   # in ~/.bashrc',
    'source <(sentinel completion zsh)                                    # in ~/.zshrc',
    'sentinel completion fish > ~/.config/fish/completions/sentinel.fish',
  );
}

/** What can follow a command: the commands below it, and options. */
interface Place {
  /** The words of the command, without `sentinel`. */
  path: readonly string[];
  commands: { name: string; description: string }[];
  options: { name: string; description: string }[];
}

function placesOf(command: Command, path: readonly string[] = []): Place[] {
  const here: Place = {
    path,
    commands: command.commands.map((one) => ({ name: one.name(), description: one.description() })),
    options: [
      ...command.options.map(({ long, description }) => ({ name: long ?? '', description })),
      { name: '--help', description: 'help' },
    ].filter(({ name }) => name !== ''),
  };
  return [here, ...command.commands.flatMap((one) => placesOf(one, [...path, one.name()]))];
}

/** The words of the command line that are commands make a path; what may follow stands by the path. */
function bash(places: readonly Place[]): string {
  const known = places.filter(({ path }) => path.length > 0).map(({ path }) => `'${path.join(' ')}'`);
  const cases = places.map(({ path, commands, options }) => {
    const words = [...commands, ...options].map(({ name }) => name);
    return `    '${path.join(' ')}') words='${words.join(' ')}' ;;`;
  });
  return `_sentinel() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" path='' word words=''
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case "\${path:+$path }$word" in ${known.join('|')}) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _sentinel sentinel data-sentinel`;
}

const zsh = (places: readonly Place[]): string =>
  `autoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n${bash(places)}`;

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, options }) => {
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const below = commands.map(({ name }) => name).join(' ');
    const isHere = commands.length === 0 ? seen : [...seen, `not __fish_seen_subcommand_from ${below}`];
    const when = isHere.length === 0 ? '' : ` -n '${isHere.join('; and ')}'`;
    return [
      ...commands.map(
        ({ name, description }) => `complete -c sentinel${when} -f -a ${name} -d ${quoted(description)}`,
      ),
      ...options.map(
        ({ name, description }) =>
          `complete -c sentinel${when} -l ${name.slice(2)} -d ${quoted(description)}`,
      ),
    ];
  });
  return lines.join('\n');
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const scripts: Record<Shell, (places: readonly Place[]) => string> = { bash, zsh, fish };
