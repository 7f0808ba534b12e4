// Numbers of libsolv 0.7's ABI, named as its headers name them.

/** pool.h: DISTTYPE_RPM. */
export const DISTTYPE_RPM = 0;
/** pool.h: packages of one name and different colour (word size) do not replace each other. */
export const POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS = 10;

/** pool.h: flags of relations. */
export const REL = {
  GT: 1,
  EQ: 2,
  LT: 4,
  AND: 16,
  OR: 17,
  WITH: 18,
  NAMESPACE: 19,
  ARCH: 20,
  COND: 22,
  ELSE: 26,
  WITHOUT: 28,
  UNLESS: 29,
} as const;

/** solver.h: how a job selects, what it wants, and its options. */
export const SELECT = { SOLVABLE: 0x01, NAME: 0x02, PROVIDES: 0x03, ONE_OF: 0x04, ALL: 0x06 } as const;
export const JOB = {
  INSTALL: 0x0100,
  ERASE: 0x0200,
  UPDATE: 0x0300,
  WEAKENDEPS: 0x0400,
  MULTIVERSION: 0x0500,
  LOCK: 0x0600,
  DISTUPGRADE: 0x0700,
  VERIFY: 0x0800,
  DROP_ORPHANED: 0x0900,
  USERINSTALLED: 0x0a00,
  ALLOWUNINSTALL: 0x0b00,
  FAVOR: 0x0c00,
  DISFAVOR: 0x0d00,
  BLACKLIST: 0x0e00,
  EXCLUDEFROMWEAK: 0x1000,
} as const;
export const OPTION = {
  WEAK: 0x010000,
  CLEANDEPS: 0x040000,
  FORCEBEST: 0x100000,
  TARGETED: 0x200000,
  SETEV: 0x01000000,
  SETEVR: 0x02000000,
  SETARCH: 0x04000000,
  SETVENDOR: 0x08000000,
  SETREPO: 0x10000000,
} as const;

/** solver.h: SOLVER_FLAG_… */
export const FLAG = {
  ALLOW_DOWNGRADE: 1,
  ALLOW_ARCHCHANGE: 2,
  ALLOW_VENDORCHANGE: 3,
  ALLOW_UNINSTALL: 4,
  IGNORE_RECOMMENDED: 7,
  ADD_ALREADY_RECOMMENDED: 8,
  NO_INFARCHCHECK: 9,
  BEST_OBEY_POLICY: 12,
  KEEP_ORPHANS: 18,
  YUM_OBSOLETES: 21,
  INSTALL_ALSO_UPDATES: 26,
  STRICT_REPO_PRIORITY: 28,
} as const;

/** solver.h: SOLVER_REASON_WEAKDEP. */
export const REASON_WEAKDEP = 7;

/** rules.h: kinds of rules below this number (SOLVER_RULE_JOB) are about packages. */
export const FIRST_JOB_RULE = 0x400;
