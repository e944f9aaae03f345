import { StepFailure, defineStep, type StepContext, type ValidEventMessage } from 'data-sentinel';

/** What this step remembers of a payment, and what it announces when the payment is made. */
type Payment = {
  /** The order event's id: the same payment whenever, and however often, it is asked for. */
  payment_id: string;
  order_id: string;
  total_amount: string;
  currency: string;
  request_id: string;
  status: 'started' | 'processed';
};

/** Takes the payment of each order, once. */
export default defineStep<ValidEventMessage>(
  {
    name: 'process_order_payment',
    description: 'Checks an order against its contract, takes its payment once, and announces it.',
    triggers: [{ type: 'queue', topic: 'order_event' }],
    enqueues: ['order_payment_processed'],
    flows: ['data-sentinel', 'orders'],
  },
  async (message, context) => {
    try {
      await processPayment(message, context);
    } catch (error) {
      if (error instanceof StepFailure) throw error;
      throw new StepFailure('The payment could not be processed.', { tag: 'UNPROCESSED_DLQ', cause: error });
    }
  },
);

async function processPayment(message: ValidEventMessage, context: StepContext): Promise<void> {
  const wanted = paymentOf(message, context);
  const key = `payments/${wanted.payment_id}`;
  if (!(await context.state.putIfAbsent(key, wanted))) {
    const known = await context.state.get<Payment>(key);
    // A try of this very message that broke off is taken up again; anything else was paid, or is being paid.
    if (known?.request_id !== wanted.request_id || known.status === 'processed') {
      context.logger.info({ status: 'duplicate' }, 'the payment of this order was taken before');
      return;
    }
  }
  // A call to a payment provider belongs here, with payment_id as its idempotency key.
  const processed: Payment = { ...wanted, status: 'processed' };
  await context.enqueue('order_payment_processed', processed);
  await context.state.put(key, processed);
  context.logger.info({ status: 'processed' }, 'payment processed');
}

/** The contract comes before any logic: whoever wrote to the topic may have written anything. */
function paymentOf(message: ValidEventMessage, context: StepContext): Payment {
  const { contract, version, event } = message;
  if (contract !== 'order') throw unprocessed('The message is not an order.');
  const order = context.contracts.validate(contract, version, event);
  if (!order.ok) {
    const problems = order.violations.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw unprocessed(`The order breaks its contract: ${problems}`);
  }
  const { event_id, payload } = order.value as { event_id: string; payload: Record<string, string> };
  return {
    payment_id: event_id,
    order_id: String(payload['order_id']),
    total_amount: String(payload['total_amount']),
    currency: String(payload['currency']),
    request_id: message.request_id,
    status: 'started',
  };
}

const unprocessed = (reason: string): StepFailure =>
  new StepFailure(reason, { tag: 'UNPROCESSED_DLQ', retryable: false });
