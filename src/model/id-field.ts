/** Whether a field's name says that people look for an event by its value: an order number, an e-mail address. */
export const isIdName = (name: string): boolean =>
  /(?:id|number|nr|no|email|mail|ref|reference|code|key|sku)$/i.test(name);

/** A column, or a field within a JSON column. */
export interface IdField {
  column: string;
  /** Names, from the column inwards. */
  path?: readonly string[];
}
