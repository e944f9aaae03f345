import type { Deliveries, DeliveryStore } from './deliveries.ts';
import { deliveriesInOneProcess } from './deliveries-alone.ts';
import { deliveriesAmongProcesses } from './deliveries-shared.ts';

/** `onError` is told of marks that could not be written as done; nothing is lost by that. */
export function createDeliveries(
  engine: DeliveryStore,
  topic: string,
  onError: (error: unknown) => void,
): Deliveries {
  return engine.published === undefined
    ? deliveriesAmongProcesses(engine, topic, onError)
    : deliveriesInOneProcess(engine.published, topic);
}
