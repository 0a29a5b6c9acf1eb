/**
 * The view House: every actor, what state it is in and what it does, and the ukeys by state.
 */

import { useView } from '../connection.js';
import { ViewLoading } from '../view-fence.js';
import { ActorTree } from './actor-tree.js';
import { UkeyBars } from './ukey-bars.js';
import './house-view.css';

export function HouseView() {
  const house = useView('house', {});
  if (house === undefined) return <ViewLoading />;
  return (
    <div class="house">
      <section class="house-actors" aria-labelledby="house-actors">
        <h2 id="house-actors">Actors</h2>
        {house.root === undefined ? (
          <p class="quiet">No actor has been announced yet.</p>
        ) : (
          <ActorTree root={house.root} />
        )}
      </section>
      <UkeyBars house={house} />
    </div>
  );
}
