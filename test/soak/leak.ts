/**
 * A planted leak: loaded into the daemon before its own program, it keeps what it is told to by
 * `SOAK_LEAK`, in kB a second, for ever.
 *
 * Owner: what is kept.
 */

const PERIOD_MS = 100;

const kept: Buffer[] = [];
const size = (Number(process.env['SOAK_LEAK']) * 1024 * PERIOD_MS) / 1000;
// Filled, for memory that nobody writes is not resident.
setInterval(() => kept.push(Buffer.alloc(size, kept.length)), PERIOD_MS).unref();
