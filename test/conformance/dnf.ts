import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type CaseResult, failed, passed, skipped } from './case.ts';
import { differences } from './dnf/compare.ts';
import { readFeature, type Scenario } from './dnf/gherkin.ts';
import { type Repository, repositoryReader } from './dnf/repository.ts';
import { notRun, ScenarioRun } from './dnf/scenario.ts';
import { Unsupported } from './libsolv/unsupported.ts';

export const options = [] as const;

const TABLES = /^((?:DNF |RPMDB )?Transaction is following|Transaction contains|(?:DNF |RPMDB )?Transaction is empty)$/;

/**
 * dnf's behaviour tests: `features` of a folder with the metadata of their repositories in `repos`. Every transaction table is a case:
 * the scenario's steps are simulated up to it, with the transactions that the solver gives, and its rows must be those of the last one.
 * A scenario that does what is not simulated is skipped from there on, by the name of what that is.
 */
export async function* run(path: string): AsyncGenerator<CaseResult> {
  const read = repositoryReader(join(path, 'repos'));
  const folder = join(path, 'features');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.feature'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    for (const scenario of readFeature(readFileSync(file, 'utf8'))) {
      yield* runScenario(relative(folder, file), scenario, read);
    }
  }
}

function* runScenario(
  file: string,
  scenario: Scenario,
  read: (name: string) => Repository | null,
): Generator<CaseResult> {
  let why = notRun(scenario);
  const run = new ScenarioRun(read);
  for (const step of scenario.steps) {
    const table = TABLES.test(step.text);
    const name = `${file}:${step.line} ${scenario.name}`;
    if (why === null && table) {
      if (run.last === null) why = 'a table before any command';
      else {
        const different = differences(step, run.last);
        yield different === null ? passed(name) : failed(name, different);
        continue;
      }
    }
    if (why !== null) {
      if (table) yield skipped(name, why);
      continue;
    }
    try {
      run.step(step);
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      why = error.message;
    }
  }
}
