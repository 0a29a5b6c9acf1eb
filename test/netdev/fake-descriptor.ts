/**
 * What is behind a descriptor of the fake kernel; what is left out cannot be done with it.
 */

export interface FakeDescriptor {
  readonly isReadable: boolean;
  bind?(address: Uint8Array): void;
  setOption?(level: number, name: number, value: Uint8Array): number;
  getOption?(level: number, name: number, value: Uint8Array): number;
  read?(buffer: Uint8Array): number;
  write?(buffer: Uint8Array): number;
}
