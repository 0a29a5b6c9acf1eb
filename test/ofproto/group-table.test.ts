import { describe, expect, it } from 'vitest';
import { GroupError } from '../../src/ofproto/group-error.js';
import { type GroupCommand, parseGroupChange } from '../../src/ofproto/group-parse.js';
import { formatGroup } from '../../src/ofproto/group-text.js';
import { formatFlow } from '../../src/ofproto/rule-text.js';
import { BridgeFixture, stats } from './bridge-fixture.js';

class Groups extends BridgeFixture {
  apply(line: string, command: GroupCommand = 'add'): void {
    this.bridge.groups.apply(parseGroupChange(line, command));
  }

  /** The error's name; undefined: it was accepted. */
  refusal(line: string, command: GroupCommand = 'add'): string | undefined {
    try {
      this.apply(line, command);
      return undefined;
    } catch (error) {
      if (error instanceof GroupError) return error.error;
      throw error;
    }
  }

  get texts(): string[] {
    return this.bridge.groups.list().map((group) => formatGroup(group));
  }

  get flows(): string[] {
    return this.bridge.tables.rules().map((rule) => formatFlow(rule));
  }
}

const BUCKET_ALL = 0xffff_ffff;

describe('GroupTable', () => {
  it('adds, modifies and deletes', () => {
    const groups = new Groups();
    groups.apply('group_id=2,type=all,bucket=1');
    groups.apply('group_id=1,type=select,bucket=2', 'add_or_modify');
    groups.apply('group_id=2,type=indirect,bucket=3', 'modify');
    groups.apply('group_id=1,type=select,bucket=4', 'add_or_modify');
    expect(groups.texts).toEqual([
      'group_id=1,type=select,bucket=bucket_id:0,actions=output:4',
      'group_id=2,type=indirect,bucket=bucket_id:0,actions=output:3',
    ]);
    groups.apply('group_id=1', 'delete');
    expect(groups.texts).toHaveLength(1);
    groups.apply('group_id=1', 'delete');
    groups.apply('', 'delete');
    expect(groups.texts).toEqual([]);
  });

  it('refuses as OVS does', () => {
    const groups = new Groups();
    groups.apply('group_id=1,type=all,bucket=1');
    expect(groups.refusal('group_id=1,type=all')).toBe('OFPGMFC_GROUP_EXISTS');
    expect(groups.refusal('group_id=2,type=all', 'modify')).toBe('OFPGMFC_UNKNOWN_GROUP');
    expect(groups.refusal('group_id=2,type=indirect')).toBe('OFPGMFC_INVALID_GROUP');
    expect(groups.refusal('group_id=2,type=indirect,bucket=1,bucket=2')).toBe(
      'OFPGMFC_INVALID_GROUP',
    );
    expect(groups.refusal('group_id=2,type=all,bucket=watch_port:1,1')).toBe(
      'OFPGMFC_WATCH_UNSUPPORTED',
    );
    expect(groups.refusal('group_id=2,type=all,bucket=bucket_id:1,1,bucket=bucket_id:1,1')).toBe(
      'OFPGMFC_BAD_BUCKET',
    );
    expect(groups.refusal('group_id=2,type=select,selection_method=foo,bucket=1')).toBe(
      'OFPBPC_BAD_VALUE',
    );
    expect(groups.refusal('group_id=2,type=all,selection_method=hash,bucket=1')).toBe(
      'OFPBPC_BAD_VALUE',
    );
    expect(groups.texts).toHaveLength(1);
  });

  it('lets a group lead to itself or to one that is not there', () => {
    const groups = new Groups();
    expect(groups.refusal('group_id=4,type=indirect,bucket=group:4')).toBeUndefined();
    expect(groups.refusal('group_id=5,type=indirect,bucket=group:99')).toBeUndefined();
  });

  it('inserts and removes buckets', () => {
    const groups = new Groups();
    groups.apply('group_id=1,type=select,bucket=3');
    const ids = () => groups.bridge.groups.get(1)?.buckets.map(({ id }) => id);
    const insert = (at: string, id: number) =>
      groups.refusal(
        `group_id=1,command_bucket_id=${at},bucket=bucket_id:${id},1`,
        'insert_bucket',
      );
    const remove = (at: string) =>
      groups.refusal(`group_id=1,command_bucket_id=${at}`, 'remove_bucket');
    expect(insert('first', 5)).toBeUndefined();
    expect(insert('5', 6)).toBeUndefined();
    expect(insert('last', 9)).toBeUndefined();
    expect(ids()).toEqual([5, 6, 0, 9]);
    expect(insert('99', 7)).toBe('OFPGMFC_UNKNOWN_BUCKET');
    expect(insert('last', 6)).toBe('OFPGMFC_BUCKET_EXISTS');
    expect(remove('99')).toBe('OFPGMFC_UNKNOWN_BUCKET');
    expect(remove('6')).toBeUndefined();
    expect(ids()).toEqual([5, 0, 9]);
    remove('first');
    remove('last');
    expect(ids()).toEqual([0]);
    remove('all');
    expect(remove('first')).toBeUndefined();
    expect(ids()).toEqual([]);
    expect(groups.refusal('group_id=7', 'remove_bucket')).toBe('OFPGMFC_UNKNOWN_GROUP');
    expect(groups.bridge.groups.get(1)?.type).toBe('select');
  });

  it('asks for revalidation with every change', () => {
    const groups = new Groups();
    groups.apply('group_id=1,type=all,bucket=1');
    groups.apply('group_id=1,type=all,bucket=2', 'modify');
    groups.apply('group_id=1', 'delete');
    groups.apply('group_id=1', 'delete');
    expect(groups.revalidations).toEqual(['flow_table', 'flow_table', 'flow_table']);
  });

  it('keeps its age and loses its counters when it is modified', () => {
    const groups = new Groups();
    groups.apply('group_id=1,type=all,bucket=1');
    const before = groups.bridge.groups.get(1);
    before?.wholeHit.credit(stats(3));
    groups.clock.advance(5000);
    groups.apply('group_id=1,type=all,bucket=2', 'modify');
    const after = groups.bridge.groups.get(1);
    expect(after?.created).toBe(before?.created);
    expect(after?.counters).toEqual({ packets: 0, bytes: 0 });
  });

  it('goes back to a snapshot', () => {
    const groups = new Groups();
    groups.apply('group_id=1,type=all,bucket=1');
    const snapshot = groups.bridge.groups.snapshot();
    groups.apply('group_id=2,type=all,bucket=1');
    groups.apply('group_id=1', 'delete');
    groups.bridge.groups.restore(snapshot);
    expect(groups.texts).toEqual(['group_id=1,type=all,bucket=bucket_id:0,actions=output:1']);
  });
});

describe('rules and groups', () => {
  it('lets rules use groups that exist only', () => {
    const groups = new Groups();
    groups.apply('group_id=1,type=all,bucket=1');
    groups.addFlow('tcp,actions=group:1');
    expect(() => groups.addFlow('udp,actions=group:2')).toThrow('there is no group 2');
    expect(() => groups.addFlow('udp,actions=write_actions(group:2)')).toThrow('no group 2');
    const { match } = groups.bridge.tables.rules()[0] ?? {};
    if (match === undefined) throw new Error('no rule');
    const actions = [{ type: 'group', group: 2 } as const];
    expect(() => groups.bridge.tables.modify({ match }, { actions })).toThrow('no group 2');
    expect(groups.flows).toEqual(['tcp actions=group:1']);
  });

  it('deletes the rules that use a group with it, and says why', () => {
    const groups = new Groups();
    const reasons: string[] = [];
    groups.bridge.tables.removals.subscribe(({ reason }) => reasons.push(reason));
    groups.apply('group_id=1,type=all,bucket=1');
    groups.apply('group_id=2,type=all,bucket=group:1');
    groups.addFlow('tcp,actions=group:1');
    groups.addFlow('udp,actions=group:2');
    groups.addFlow('arp,actions=write_actions(group:1)');
    groups.apply('group_id=1', 'delete');
    expect(groups.flows).toEqual(['udp actions=group:2']);
    expect(reasons).toEqual(['group_delete', 'group_delete']);
  });

  it('finds rules by the group that they use', () => {
    const groups = new Groups();
    groups.apply('group_id=1,type=all,bucket=1');
    groups.addFlow('tcp,actions=group:1');
    const rule = groups.addFlow('udp,actions=output:1');
    const { tables } = groups.bridge;
    expect(tables.delete({ match: parseAny(), outGroup: 1 })).toBe(1);
    expect(tables.rules()).toEqual([rule]);
  });

  it('knows the number that stands for all buckets', () => {
    const change = parseGroupChange('group_id=1', 'remove_bucket');
    expect(change).toEqual({ command: 'remove_bucket', id: 1, at: BUCKET_ALL });
  });
});

function parseAny() {
  return new BridgeFixture('actions=drop').bridge.tables.rules()[0]?.match ?? never();
}

function never(): never {
  throw new Error('no rule');
}
