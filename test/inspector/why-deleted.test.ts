/** Why a flow is gone: the facts that stand in the log before its deletion. */

import { describe, expect, it } from 'vitest';
import { makeView } from '../../src/inspector/views.js';
import { deleteReasonNames, deleteReasons } from '../../src/machines/delete-reasons.js';
import { LogBuilder, type PlainEntry } from './log-builder.js';
import { addMiss, momentOf } from './scene.js';

/** What is said of flow 1, put at 1,000 ms and deleted at 21,200 ms after `before`. */
function why(reason: string, before: readonly PlainEntry[], used?: number): string | undefined {
  const log = new LogBuilder().at(1_000);
  addMiss(log, 1, 1, [1]);
  for (const entry of before) log.at(21_000).add(entry);
  log.at(21_200).add({ k: 'delete', flow: 1, reason, ...(used === undefined ? {} : { used }) });
  return makeView(momentOf(log), 'flow', { flow: 1 }).whyDeleted;
}

const cycle = (flows: number, reasons: readonly string[] = []): PlainEntry => ({
  k: 'cycle.start',
  cycle: 1,
  flows,
  needsRevalidation: reasons.length > 0,
  reasons,
});
const limit = (to: number): PlainEntry => ({ k: 'limit', from: 0, to, cause: 'cycle' });

describe('whyDeleted', () => {
  it('says how long it was idle', () => {
    expect(why('flow_idle', [limit(500), cycle(10)], 11_000)).toBe(
      'deleted at 0:20.200: it was idle for 10.2 s (flow_idle: Flow idle timeout)',
    );
  });

  it('says that it never was hit', () => {
    expect(why('flow_idle', [])).toContain('no packet hit it in 20.2 s');
  });

  it('says that too many flows made idleness short', () => {
    expect(why('flow_idle', [limit(500), cycle(600)], 21_050)).toContain(
      'it was idle for 150 ms, and there were 600 flows against a limit of 500, so that 100 ms',
    );
  });

  it('says by how much the limit was exceeded', () => {
    expect(why('flow_limit', [limit(1_000), cycle(2_500)])).toBe(
      'deleted at 0:20.200: there were 2,500 flows, 2.5 times the limit of 1,000; ' +
        'above twice the limit all go (flow_limit: Kill all flows condition reached)',
    );
  });

  it('says which change came before', () => {
    const change: PlainEntry = { k: 'change', reason: 'flow_table' };
    expect(why('flow_wildcarded', [change, cycle(3, ['flow_table'])])).toBe(
      'deleted at 0:20.200: after a change of the rules (flow_table) at 0:20.000, ' +
        'the rules ask for a mask that tells more packets apart ' +
        '(flow_wildcarded: Flow needs a narrower wildcard mask)',
    );
    expect(why('xlation_error', [cycle(3, ['mac_learning', 'reconfigure'])])).toContain(
      'after a change of the MAC table (mac_learning) and ' +
        'a change of ports or bridges (reconfigure)',
    );
  });

  it.each(deleteReasonNames)('has a sentence and the words of OVS for %s', (reason) => {
    const text = why(reason, []);
    expect(text).toContain(`(${reason}: ${deleteReasons[reason].text})`);
    expect(text).not.toContain('the log does not say');
  });

  it('says that a put failed', () => {
    const log = new LogBuilder();
    const put = { k: 'put', key: 'k', maskBits: 1, actions: '1', rules: [] } as const;
    log.add({ ...put, flow: 1, error: 'EEXIST' });
    expect(makeView(momentOf(log), 'flow', { flow: 1 }).whyDeleted).toBe(
      'never was in the datapath: its put failed, EEXIST',
    );
  });

  it('says nothing of a flow whose deletion was refused', () => {
    const log = new LogBuilder();
    addMiss(log, 1, 1, [1]);
    log.add({ k: 'ukey', flow: 1, event: 'flow.delete', from: 'operational', to: 'evicting' });
    log.add({ k: 'delete', flow: 1, reason: 'flow_idle', error: 'EBUSY' });
    log.add({ k: 'ukey', flow: 1, event: 'deletion.refused', from: 'evicting', to: 'operational' });
    const { whyDeleted, row } = makeView(momentOf(log), 'flow', { flow: 1 });
    expect([whyDeleted, row?.reason, row?.state]).toEqual([undefined, undefined, 'operational']);
  });
});
