/**
 * A fence around a view: what fails inside is said there, and the rest of the page goes on.
 */

import { Component, type ComponentChildren } from 'preact';

interface FenceState {
  readonly error: string | undefined;
}

export class ViewFence extends Component<{ children: ComponentChildren }, FenceState> {
  override state: FenceState = { error: undefined };

  static override getDerivedStateFromError(error: unknown): FenceState {
    return { error: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div class="view-failed" role="alert">
        <h2>This view cannot be drawn</h2>
        <p>
          <code>{error}</code>
        </p>
        <p>
          <button type="button" onClick={() => this.setState({ error: undefined })}>
            Try again
          </button>
        </p>
      </div>
    );
  }
}

/** What a view shows until its first document comes. */
export function ViewLoading() {
  return <p class="view-loading quiet">Waiting for the switch to say what there is …</p>;
}
