/**
 * A machine as the page draws it, made from its definition as it stands in a log's header.
 *
 * xstate itself reads the definition, so that targets, shorthands and the order of transitions mean
 * here what they mean to the machine that runs; edges are called by `edgeIdOf()`, as the recorder
 * calls those that were taken. Nothing of the machine is carried out.
 */

import { type AnyStateNode, type AnyTransitionDefinition, createMachine } from 'xstate';
import { UpcallError } from '../base/errors.js';
import type { MachineJson } from '../machines/drawing.js';
import { edgeIdOf, statePathOf } from './edge-id.js';
import type { GraphEdge, GraphState, MachineGraph } from './view-data.js';

/** Throws an `UpcallError` where the definition is none. */
export function machineGraph(definition: MachineJson): MachineGraph {
  const root = readDefinition(definition);
  const nodes = nodesBelow(root);
  return {
    id: root.key,
    states: nodes.map((node) => stateOf(node, root)),
    edges: [root, ...nodes].flatMap(edgesOf),
  };
}

function readDefinition(definition: MachineJson): AnyStateNode {
  try {
    return createMachine(definition).root;
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, ' ');
    const message = `Cannot draw machine: its definition makes no sense (${reason}); record anew`;
    throw new UpcallError(message, { cause });
  }
}

function nodesBelow(node: AnyStateNode): AnyStateNode[] {
  return childrenOf(node).flatMap((child) => [child, ...nodesBelow(child)]);
}

function childrenOf(node: AnyStateNode): AnyStateNode[] {
  return Object.values<AnyStateNode>(node.states);
}

function stateOf(node: AnyStateNode, root: AnyStateNode): GraphState {
  const { parent } = node;
  return {
    path: statePathOf(node),
    parent: parent === undefined || parent === root ? undefined : statePathOf(parent),
    label: node.key,
    type: node.type === 'history' ? 'atomic' : node.type,
    isInitial: isInitial(node),
    effects: [
      ...node.entry.map((action) => `entry: ${nameOf(action)}`),
      ...node.exit.map((action) => `exit: ${nameOf(action)}`),
    ],
  };
}

function isInitial(node: AnyStateNode): boolean {
  const { parent } = node;
  if (parent === undefined || parent.type !== 'compound') return false;
  return (parent.initial.target ?? []).includes(node);
}

function edgesOf(node: AnyStateNode): GraphEdge[] {
  const named = [...node.transitions.values()].flat();
  return [...(node.always ?? []), ...named].map(edgeOf);
}

function edgeOf(transition: AnyTransitionDefinition): GraphEdge {
  const { source, target, guard, actions } = transition;
  return {
    id: edgeIdOf(transition),
    source: statePathOf(source),
    target: statePathOf(target?.[0] ?? source),
    event: transition.eventType,
    guard: guard === undefined ? undefined : nameOf(guard),
    delay: delayOf(transition),
    actions: actions.map(nameOf),
  };
}

function delayOf(transition: AnyTransitionDefinition): string | undefined {
  const delay: unknown = 'delay' in transition ? transition['delay'] : undefined;
  if (typeof delay === 'number') return `${delay} ms`;
  return typeof delay === 'string' ? delay : undefined;
}

function nameOf(reference: unknown): string {
  if (typeof reference === 'string') return reference;
  const isNamed = typeof reference === 'object' && reference !== null && 'type' in reference;
  return isNamed && typeof reference.type === 'string' ? reference.type : '?';
}
