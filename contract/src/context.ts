import type { Capability, KeyedCapability } from './capabilities/token.ts';
import type { Progress } from './events.ts';
import type { Json } from './records/index.ts';

/** Facts of the machine and the process, given by whoever starts the host: plugins read no environment variables. */
export interface Environment {
  /** Architecture as RPM names it (`x86_64`, `aarch64`). */
  readonly arch: string;
  /** Effective user id; 0 is root. */
  readonly uid: number;
  /** Directory for what may be lost: metadata, packages, partial downloads. Exists. */
  readonly cacheDir: string;
  /** Directory for what must survive a crash: the journal. Exists. */
  readonly stateDir: string;
  /** Directory for temporary files of this run. Exists. */
  readonly tempDir: string;
  /** Proxies by scheme and the hosts that are reached without (`no_proxy` syntax). */
  readonly proxy: { readonly http: string | null; readonly https: string | null; readonly no: string | null };
  /** Environment for host commands (PATH and the like). */
  readonly commandEnv: { readonly [name: string]: string };
  /** Worker threads that bulk work may use. */
  readonly workers: number;
}

/** What stages, taps and providers are given. */
export interface Context {
  readonly environment: Environment;
  /** Aborts on Ctrl-C or `cancel`; masked once the boot swap has begun. Hand it to everything that waits. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** The provider of a capability; made on first use, once a run. Throws `CAPABILITY_MISSING` or `CAPABILITY_AMBIGUOUS`. */
  get<T>(token: Capability<T>): Promise<T>;
  get<T>(token: KeyedCapability<T>, key: string): Promise<T>;
  /** Keys that a keyed capability has providers for, in plugin order. */
  keys<T>(token: KeyedCapability<T>): readonly string[];
  /**
   * Undoes something when the run ends, however it ends, last first: temporary directories, locks, mounts. What must survive a
   * crash belongs to {@link intend}.
   */
  defer(label: string, undo: () => void | Promise<void>): void;
  /**
   * Writes a line to the fsynced journal before something outside of the store is changed; `host.recover(kind, …)` of the same
   * plugin brings order into it when the run fails, or at the begin of the next run after a crash. Returns a function that marks it
   * complete: then it is not redone. Before the boot swap everything is undone, last first, complete or not. Kinds begin with the
   * plugin's name: they are unique among all plugins. Throws `INTENT_OUTSIDE_RUN`, `RECOVERY_MISSING`.
   */
  intend(kind: string, data: Json): Promise<() => Promise<void>>;
  /** A named place at which tests make the run fail. Does nothing otherwise. */
  failpoint(name: string): void;
  /** Seconds since the epoch. */
  now(): number;
}
