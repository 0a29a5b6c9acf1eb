import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ParseError } from '../../src/base/errors.js';
import { GROUP_ALL, type GroupSpec } from '../../src/ofproto/group.js';
import { parseGroup, parseGroupChange, parseGroupFile } from '../../src/ofproto/group-parse.js';
import { formatGroup } from '../../src/ofproto/group-text.js';

function rewritten(text: string, hasBucketIds = true): string {
  return formatGroup(parseGroup(text), { hasBucketIds });
}

describe('parseGroup()', () => {
  it('reads what dump-groups prints', () => {
    for (const line of [
      'group_id=1,type=select,bucket=bucket_id:5,weight:0,actions=output:1,' +
        'bucket=bucket_id:0,actions=drop',
      'group_id=5,type=ff,bucket=bucket_id:0,watch_port:1,actions=output:1,' +
        'bucket=bucket_id:1,watch_group:1,actions=group:1',
      'group_id=22,type=select,selection_method=dp_hash,selection_method_param=3,' +
        'bucket=bucket_id:0,actions=output:1',
      'group_id=23,type=select,selection_method=hash,' +
        'fields(reg0,eth_dst,ip_src=255.0.255.0,tcp_src),' +
        'bucket=bucket_id:0,actions=output:1',
      'group_id=21,type=select,selection_method=hash,fields=ip_src,' +
        'bucket=bucket_id:0,actions=output:1',
      'group_id=7,type=all',
      'group_id=6,type=all,bucket=bucket_id:3,actions=resubmit(,5),' +
        'bucket=bucket_id:4,actions=learn(table=3),output:1',
      'group_id=52,type=all,' +
        'bucket=bucket_id:0,actions=push_vlan:0x8100,set_field:4101->vlan_vid,output:2',
    ]) {
      expect(rewritten(line)).toBe(line);
    }
  });

  it('takes what is no property of a bucket for actions, "actions=" or not', () => {
    const wanted = 'group_id=2,type=all,bucket=actions=output:1,output:2';
    expect(rewritten('group_id=2,type=all,bucket=output:1,output:2', false)).toBe(wanted);
    expect(rewritten('group_id=2 type=all bucket=actions=output:1,output:2', false)).toBe(wanted);
    expect(rewritten('group_id=2,type=all,bucket=output:1,bucket_id:3,2', false)).toBe(wanted);
  });

  it('gives buckets without an id the lowest that are free', () => {
    const text = 'group_id=1,type=all,bucket=1,bucket=bucket_id:0,2,bucket=3';
    expect(parseGroup(text).buckets.map(({ id }) => id)).toEqual([1, 0, 2]);
  });

  it('weighs buckets of select groups 1, others nothing', () => {
    expect(parseGroup('group_id=1,type=select,bucket=1').buckets[0]?.weight).toBe(1);
    expect(parseGroup('group_id=1,type=all,bucket=1').buckets[0]?.weight).toBe(0);
  });

  it('finds ports by name', () => {
    const ports = (name: string) => (name === 'eth0' ? (7 as never) : undefined);
    const group = parseGroup('group_id=1,type=ff,bucket=watch_port:eth0,eth0', { ports });
    expect(formatGroup(group)).toBe(
      'group_id=1,type=ff,bucket=bucket_id:0,watch_port:7,actions=output:7',
    );
  });

  it.each([
    ['type=all,bucket=1', 'expected a group_id'],
    ['group_id=1,bucket=1', 'expected a type'],
    ['group_id=1,type=some,bucket=1', 'expected one of all, select, indirect, ff'],
    ['group_id=0xffffff01,type=all', 'expected a group from 0 to 4294967040'],
    ['group_id=1,type=all,bucket=', 'expected actions in the bucket'],
    ['group_id=1,type=all,bucket=weight:0', 'expected actions in the bucket'],
    ['group_id=1,type=all,bucket=weight:3,1', 'expected no weight but in a select group'],
    ['group_id=1,type=ff,bucket=1', 'expected watch_port or watch_group'],
    ['group_id=1,type=select,bogus=7,bucket=1', '"bogus" is none'],
    ['group_id=1,type=select,bucket=bogus:7', '"bogus" is neither'],
    ['group_id=1,type=select,bucket=goto_table:5', 'expected no goto_table in a bucket'],
    [
      'group_id=1,type=select,selection_method=dp_hash,fields=ip_src,bucket=1',
      'expected selection_method=hash',
    ],
    ['group_id=1,type=select,selection_method_param=1,bucket=1', 'expected a selection_method'],
    ['group_id=1,type=select,selection_method=hash,fields=nobody,bucket=1', '"nobody" is none'],
  ])('refuses "%s"', (line, expected) => {
    expect(() => parseGroup(line)).toThrow(ParseError);
    expect(() => parseGroup(line)).toThrow(expected);
  });

  it('reads back any group that it prints', () => {
    fc.assert(
      fc.property(groupArbitrary, (group) => {
        expect(parseGroup(formatGroup(group))).toEqual(group);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe('parseGroupChange()', () => {
  it('reads the commands for buckets', () => {
    const line = 'group_id=1,command_bucket_id=first,bucket=bucket_id:5,1';
    expect(parseGroupChange(line, 'insert_bucket')).toMatchObject({
      id: 1,
      at: 0xffff_fffd,
      buckets: [{ id: 5, weight: 0 }],
    });
    expect(parseGroupChange('group_id=1', 'remove_bucket')).toMatchObject({ at: 0xffff_ffff });
    expect(() =>
      parseGroupChange('group_id=1,command_bucket_id=all,bucket=1', 'insert_bucket'),
    ).toThrow('expected command_bucket_id');
    expect(() =>
      parseGroupChange('group_id=1,command_bucket_id=1,bucket=1', 'remove_bucket'),
    ).toThrow('expected no bucket');
  });

  it('deletes all groups where none is named', () => {
    expect(parseGroupChange('', 'delete')).toEqual({ command: 'delete', id: GROUP_ALL });
    expect(parseGroupChange('group_id=all', 'delete')).toEqual({
      command: 'delete',
      id: GROUP_ALL,
    });
    expect(parseGroupChange('group_id=3', 'delete')).toEqual({ command: 'delete', id: 3 });
  });
});

describe('parseGroupFile()', () => {
  it('reads a command, or a group to add, a line', () => {
    const text = [
      '# comment',
      'group_id=10,type=all,bucket=output:1',
      'add group_id=11,type=all,bucket=output:1 # and more',
      ' delete group_id=10',
      '',
      'add_or_mod group_id=11,type=all,bucket=output:2',
      'modify group_id=11,type=all,bucket=output:3',
      'insert_bucket group_id=11,command_bucket_id=last,bucket=bucket_id:9,output:1',
      'remove_bucket group_id=11,command_bucket_id=0',
    ].join('\n');
    expect(parseGroupFile('g.txt', text).map(({ command }) => command)).toEqual([
      'add',
      'add',
      'delete',
      'add_or_modify',
      'modify',
      'insert_bucket',
      'remove_bucket',
    ]);
  });

  it('says where it went wrong', () => {
    expect(() => parseGroupFile('g.txt', '\nadd group_id=1,type=all,bucket=nobody\n')).toThrow(
      /g\.txt:2:32/,
    );
    expect(() => parseGroupFile('g.txt', 'forget group_id=1')).toThrow(
      'expected a group, or one of',
    );
  });
});

const bucketArbitrary = fc.record({
  weight: fc.integer({ min: 0, max: 0xffff }),
  watchPort: fc.option(fc.integer({ min: 1, max: 0xfeff }), { nil: undefined }),
  watchGroup: fc.option(fc.integer({ min: 0, max: 0xffff_ff00 }), { nil: undefined }),
  port: fc.integer({ min: 1, max: 0xfeff }),
});

const groupArbitrary: fc.Arbitrary<GroupSpec> = fc
  .record({
    id: fc.integer({ min: 0, max: 0xffff_ff00 }),
    buckets: fc.array(bucketArbitrary, { maxLength: 5 }),
    ids: fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 5, maxLength: 5 }),
    method: fc.constantFrom(undefined, 'hash', 'dp_hash'),
    parameter: fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
  })
  .map(({ id, buckets, ids, method, parameter }) => ({
    id,
    type: 'select',
    selection: method === undefined ? undefined : { method, parameter, fields: [] },
    buckets: buckets.map(({ port, ...bucket }, i) => ({
      id: ids[i] ?? 0,
      ...bucket,
      actions: parseGroup(`group_id=1,type=all,bucket=output:${port}`).buckets[0]?.actions ?? [],
    })),
  }));
