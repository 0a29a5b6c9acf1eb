/**
 * Prints `N passed, N failed, N skipped`, summed over vitest's JSON reports.
 *
 * `node sum-reports.js FAILED_STEPS REPORT...`. Exits with 1 where a test failed, a report is missing
 * or empty, a file of tests could not be loaded, or the caller says that one of its steps failed.
 */

import { readFileSync } from 'node:fs';

const [failedSteps, ...paths] = process.argv.slice(2);
const sum = { passed: 0, failed: 0, skipped: 0 };
let isComplete = true;

for (const path of paths) {
  const report = readReport(path);
  if (report === undefined || report.numTotalTests === 0) {
    console.error(`sum-reports: Cannot count the tests of "${path}": there is no report of any`);
    isComplete = false;
    continue;
  }
  sum.passed += report.numPassedTests;
  sum.failed += report.numFailedTests;
  sum.skipped += report.numPendingTests + report.numTodoTests;
  isComplete &&= report.success;
}

console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exit(failedSteps === '0' && isComplete && sum.failed === 0 ? 0 : 1);

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
