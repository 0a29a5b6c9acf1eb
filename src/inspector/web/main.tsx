/**
 * The page's beginning: mounts the app, and opens its one connection.
 */

import { render } from 'preact';
import { App } from './app.js';
import { startConnection } from './connection.js';
import { startTheme } from './theme.js';
import './theme.css';
import './shell.css';

const root = document.getElementById('page');
if (root !== null) {
  startTheme();
  startConnection();
  render(<App />, root);
}
