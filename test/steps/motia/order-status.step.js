exports.config = {
  name: 'OrderStatus',
  description: 'Says how far an order is',
  triggers: [{ type: 'http', method: 'GET', path: '/orders/:id/status' }],
  enqueues: [],
  flows: ['orders'],
};

exports.handler = async (req, { state, logger }) => {
  const order = await state.get('orders', req.pathParams.id);
  logger.info('asked', { id: req.pathParams.id });
  if (order === null) return { status_code: 404, body: { error: 'no such order' } };
  await state.delete('orders', req.pathParams.id);
  return { status_code: 200, body: { done: order.done, verbose: req.queryParams.verbose === '1' } };
};
