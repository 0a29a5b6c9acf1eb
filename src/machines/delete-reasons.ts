/**
 * Why the slow path deletes a datapath flow.
 *
 * One row a reason: its key (in `--json`, in events), OVS's number and OVS's text for people.
 * Answers to OVS's `enum flow_del_reason` (`FDR_*`, since 3.4) and `upcall_delete_reason_strings`.
 */

export const deleteReasons = {
  avoid_caching: { code: 1, text: 'Cache avoidance flag set' },
  bad_odp_fit: { code: 2, text: 'Bad ODP flow fit' },
  flow_idle: { code: 3, text: 'Flow idle timeout' },
  flow_limit: { code: 4, text: 'Kill all flows condition reached' },
  flow_wildcarded: { code: 5, text: 'Flow needs a narrower wildcard mask' },
  no_ofproto: { code: 6, text: 'Bridge not found' },
  purge: { code: 7, text: 'User requested flow deletion' },
  too_expensive: { code: 8, text: 'Too expensive to revalidate' },
  update_fail: { code: 9, text: 'Datapath update failed' },
  xlation_error: { code: 10, text: 'Flow translation error' },
  flow_missing_dp: { code: 11, text: 'Flow is missing from the datapath' },
} as const;

export type DeleteReason = keyof typeof deleteReasons;

/** The reasons in the order of OVS's numbers, from 1. */
export const deleteReasonNames: readonly DeleteReason[] = [
  'avoid_caching',
  'bad_odp_fit',
  'flow_idle',
  'flow_limit',
  'flow_wildcarded',
  'no_ofproto',
  'purge',
  'too_expensive',
  'update_fail',
  'xlation_error',
  'flow_missing_dp',
];

/** The reason with OVS's number `code`; undefined for 0 (`FDR_NONE`) and unknown numbers. */
export function deleteReasonOf(code: number): DeleteReason | undefined {
  return deleteReasonNames[code - 1];
}
