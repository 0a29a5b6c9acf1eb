/**
 * What is wrong with an action: for a person, and as OpenFlow names it for a controller.
 */

/** Names of OpenFlow's errors; `src/openflow/ofp-error-numbers.ts` has their numbers. */
export type ActionErrorName =
  | 'OFPBAC_BAD_ARGUMENT'
  | 'OFPBAC_BAD_OUT_PORT'
  | 'OFPBAC_BAD_SET_ARGUMENT'
  | 'OFPBAC_BAD_TAG'
  | 'OFPBAC_BAD_TYPE'
  | 'OFPBAC_MATCH_INCONSISTENT'
  | 'OFPBAC_UNSUPPORTED_ORDER'
  | 'OFPBIC_BAD_TABLE_ID'
  | 'OFPBIC_UNSUP_INST'
  | 'OFPMMFC_INVALID_METER'
  | 'NXBAC_BAD_CONJUNCTION';

export interface ActionProblem {
  readonly error: ActionErrorName;
  /** "expected …" */
  readonly text: string;
}
