export type Shell = 'bash' | 'zsh' | 'fish';

export interface CompletedCommand {
  readonly words: readonly string[];
  readonly summary: string;
  readonly flags: readonly { readonly name: string; readonly summary: string; readonly takesValue: boolean }[];
}

/** A completion script: command words, then flags, files everywhere else. */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  if (shell === 'fish') return fish(commands);
  const bash = bashScript(commands);
  return shell === 'bash' ? bash : `#compdef ostrata\nautoload -U +X bashcompinit && bashcompinit\n${bash}`;
}

function bashScript(commands: readonly CompletedCommand[]): string {
  const next = new Map<string, Set<string>>();
  for (const { words } of commands) {
    words.forEach((word, i) => {
      const before = words.slice(0, i).join(' ');
      next.set(before, (next.get(before) ?? new Set()).add(word));
    });
  }
  const cases = [...next].map(([before, words]) => `    ${quote(before)}) words=${quote([...words].join(' '))} ;;`);
  const flags = commands.map(
    ({ words, flags: known }) =>
      `    ${quote(words.join(' '))}) words=${quote(known.map(({ name }) => `--${name}`).join(' '))} ;;`,
  );
  return `_ostrata() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "$current" in -*) while [ -n "$path" ]; do
  case "$path" in
${flags.join('\n')}
  esac
  [ -n "$words" ] && break
  case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
  done ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -o bashdefault -F _ostrata ostrata
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const lines = [
    'function __ostrata_path',
    '  string match -v -- "-*" (commandline -opc)[2..-1] | string join " "',
    'end',
  ];
  for (const { words, summary, flags } of commands) {
    words.forEach((word, i) => {
      const before = words.slice(0, i).join(' ');
      const text = i === words.length - 1 ? ` -d ${quote(summary)}` : '';
      lines.push(`complete -c ostrata -f -n ${quote(`test (__ostrata_path) = "${before}"`)} -a ${word}${text}`);
    });
    for (const flag of flags) {
      const condition = quote(`string match -q -- "${words.join(' ')}*" (__ostrata_path)`);
      lines.push(
        `complete -c ostrata -n ${condition} -l ${flag.name}${flag.takesValue ? ' -r' : ''} -d ${quote(flag.summary)}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
