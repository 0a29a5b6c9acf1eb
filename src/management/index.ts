/**
 * The door `upcall/management`: operators' commands for a switch, and the socket that
 * `ovs-appctl` speaks to.
 */

export type { ExitRequest } from './basic-commands.js';
export { type Command, CommandError } from './command.js';
export { CommandTable, type OutputFormat } from './command-table.js';
export { ControlClient } from './control-client.js';
export type { JsonValue } from './json-value.js';
export {
  type CommandOptions,
  createCommands,
  type Management,
  type ManagementOptions,
  startManagement,
} from './management.js';
