/**
 * Why a device cannot be opened, in words and with the remedy.
 */

import { getSystemErrorName } from 'node:util';
import { UpcallError } from '../base/errors.js';
import * as L from './linux-numbers.js';

/** A device that cannot be opened; `errno` is the kernel's number. */
export class DeviceError extends UpcallError {
  override name = 'DeviceError';
  readonly device: string;
  readonly errno: number;

  constructor(what: string, device: string, errno: number) {
    super(`Cannot open ${what} "${device}": ${reasonOf(what, errno)}`);
    this.device = device;
    this.errno = errno;
  }
}

function reasonOf(what: string, errno: number): string {
  switch (errno) {
    case L.EPERM:
    case L.EACCES:
      return 'permission denied; run as root, or give Node CAP_NET_RAW and CAP_NET_ADMIN';
    case L.ENODEV:
    case L.ENXIO:
      return 'there is no interface of that name; "ip link" lists them';
    case L.ENOENT:
      return 'there is no /dev/net/tun; load the module with "modprobe tun"';
    case L.EBUSY:
      return 'somebody else has it open; stop it or choose another name';
    case L.EINVAL:
      return `there is an interface of that name that is no ${what}; choose another name`;
    default:
      return getSystemErrorName(-errno);
  }
}
