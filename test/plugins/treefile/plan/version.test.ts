import assert from 'node:assert/strict';
import { formatDate } from '../../../../plugins/treefile/src/plan/date-format.ts';
import { nextVersion } from '../../../../plugins/treefile/src/plan/version.ts';
import { failureOf } from '../support/workspace.ts';

/** 2026-11-23 16:05:09 UTC, a Monday. */
const NOW = Date.UTC(2026, 10, 23, 16, 5, 9) / 1000;

const next = (prefix: string, last: string | null, separator?: string) =>
  nextVersion(prefix, last, { seconds: NOW, ...(separator === undefined ? {} : { separator }) });

// Expectations are those of rpm-ostree's own test of util_next_version (rust/src/utils.rs).
describe('treefile nextVersion', () => {
  for (const [prefix, last, expected] of [
    ['10', '', '10'],
    ['10', null, '10'],
    ['10', 'xyz', '10'],
    ['10', '9', '10'],
    ['10', '11', '10'],
    ['10', '10', '10.1'],
    ['10.1', '10.1', '10.1.1'],
    ['10', '10.0', '10.1'],
    ['10', '10.3', '10.4'],
    ['10', '10.1.5', '10.2'],
    ['10.1', '10.1.5', '10.1.6'],
    ['10.1', '10.1.1.5', '10.1.2'],
    ['10', '10001', '10'],
    ['10', '101.1', '10'],
    ['10', '10x.1', '10'],
    ['10.1', '10', '10.1'],
    ['10.1', '10.', '10.1'],
    ['10.1', '10.12', '10.1'],
    ['10.1', '10.1x', '10.1'],
    ['10.1', '10.1.x', '10.1.1'],
    ['10.1', '10.1.2x', '10.1.3'],
    ['10.<date:%Y%m%d>', '10.20001010', '10.20261123.0'],
    ['10.<date:%Y%m%d>', '10.20001010.5', '10.20261123.0'],
    ['10.<date:%Y%m%d>', '10.20261123.1', '10.20261123.2'],
    ['10.<date:%Y%m%d>', null, '10.20261123.0'],
    ['10.<date:%Y%m%d>.0', '10.20261123', '10.20261123.0.0'],
    ['10.<date:%Y%m%d>.0', '10.20261123.0', '10.20261123.0.0'],
    ['10.<date:%Y%m%d>', '10.20261123.x', '10.20261123.1'],
    ['10.<date:%Y%m%d>.2', '10.20261123.2.x', '10.20261123.2.1'],
    ['10.<date:%Y%m%d>.1', '10.20261123.1.2x', '10.20261123.1.3'],
    ['10.<date: %Y%m%d>', '10.20001010', '10. 20261123.0'],
    ['10.<date:%Y%m%d>abc', '10.20001010abc', '10.20261123abc.0'],
    ['10.<date:text %Y%m%d here>', '10.20001010', '10.text 20261123 here.0'],
    ['10.<date:%Y%m%d>', '10.20261123', '10.20261123.0'],
    ['10.<date:>', '10.20001010', '10..0'],
    ['10.<wrongtag: >', '10.20001010', '10.<wrongtag: >'],
    ['10', '10.18446744073709551615', '10.18446744073709551616'],
  ] as const) {
    it(`${prefix} after ${last} is ${expected}`, () => assert.equal(next(prefix, last), expected));
  }

  it('counts behind another separator', () => {
    assert.equal(next('10', '10', '-'), '10-1');
    assert.equal(next('10', '10-1', '-'), '10-2');
    assert.equal(next('10.1', '10.1-5', '-'), '10.1-6');
    assert.equal(next('10', '10.1', '-'), '10');
  });

  it('refuses unknown date formats', () => {
    assert.equal(failureOf(() => next('10.<date:%Q>', null)).code, 'TREEFILE_VERSION');
    assert.equal(failureOf(() => next('10.<date:%>', null)).code, 'TREEFILE_VERSION');
  });
});

describe('treefile formatDate', () => {
  it("formats as GLib's g_date_time_format", () => {
    const format = '%a %A %b %B %C %d %e %F %g %G %H %I %j %k %l %m %M %p %P %r %R %S %T %u %V %w %y %Y %z %Z %% %D';
    assert.equal(
      formatDate(format, NOW),
      'Mon Monday Nov November 20 23 23 2026-11-23 26 2026 16 04 327 16  4 11 05 PM pm 04:05:09 PM 16:05 09 16:05:09 1 48 1 26 2026 +0000 UTC % 11/23/26',
    );
    assert.equal(formatDate('%s', NOW), String(NOW));
    assert.equal(formatDate('%-m.%-M.%_S.%0e', Date.UTC(2026, 0, 2, 3, 4, 5) / 1000), '1.4. 5.02');
  });

  it('knows the ISO weeks at the ends of years', () => {
    const week = (year: number, month: number, day: number) =>
      formatDate('%G-%V-%u', Date.UTC(year, month - 1, day) / 1000);
    assert.equal(week(2021, 1, 3), '2020-53-7');
    assert.equal(week(2024, 12, 30), '2025-01-1');
    assert.equal(week(2026, 1, 1), '2026-01-4');
    assert.equal(week(2027, 1, 1), '2026-53-5');
  });
});
