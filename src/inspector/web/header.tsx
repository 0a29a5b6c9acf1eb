/**
 * The header: whose slow path this is, whether the page still hears from it, and the buttons that
 * belong to no view.
 */

import { isConnected, welcome } from './connection.js';
import { showHelp } from './help-dialog.js';
import { ScenarioButton, ScenarioNote } from './scenarios.js';
import { chooseNextTheme, themeChoice } from './theme.js';

export function Header() {
  const header = welcome.value?.header;
  return (
    <div>
      <a class="skip-link" href="#view">
        Skip to the view
      </a>
      <header class="header">
        <h1>upcall</h1>
        <span class="title">{header?.title ?? ''}</span>
        {header === undefined ? null : <span class="chip">profile {header.profile}</span>}
        <span class="spacer" />
        <ConnectionState />
        <ScenarioButton />
        <button type="button" style={{ width: '132px' }} onClick={chooseNextTheme}>
          Theme: {themeChoice.value}
        </button>
        <button type="button" onClick={showHelp}>
          Help <kbd>?</kbd>
        </button>
      </header>
      <ScenarioNote />
    </div>
  );
}

/** Said across the page, for what is shown meanwhile is old. */
export function Disconnected() {
  return (
    <div role="alert">
      {isConnected.value ? null : (
        <div class="disconnected">
          <strong>⚠ Disconnected, trying again …</strong> What you see is old.
        </div>
      )}
    </div>
  );
}

function ConnectionState() {
  return (
    <span class="connection quiet">{isConnected.value ? '● connected' : '○ disconnected'}</span>
  );
}
