import type { ClientBase } from 'pg';
import type { Table } from '../../destination.ts';
import { identifier, literal } from './sql.ts';

/*
 * What a table tells its readers beside names and types: comments, and NOT NULL. Neither may ever keep a row out, and neither
 * overrules a person: comments are written where there is none, and NOT NULL is declared with a new table and dropped
 * when the contract does not require the field any more, unless a person has declared it.
 */

/** A comment has a place in the catalog, which is read whole. */
const longestComment = 2000;

const text = (comment: string): string => literal(comment.slice(0, longestComment).replaceAll('\0', ''));

export const commentOn = (table: string, { name, comment }: { name: string; comment?: string }): string[] =>
  comment === undefined ? [] : [`COMMENT ON COLUMN ${table}.${identifier(name)} IS ${text(comment)}`];

export const commentOnTable = (table: string, { description }: Table): string[] =>
  description === undefined ? [] : [`COMMENT ON TABLE ${table} IS ${text(description)}`];

/** The columns that we have declared NOT NULL stand here, as those of people are not ours to change. */
export const requiredTable = (schema: string): string => `${identifier(schema)}._sentinel_required`;

export const noteRequired = (schema: string, table: string, column: string): string =>
  `INSERT INTO ${requiredTable(schema)} VALUES (${literal(table)}, ${literal(column)}) ON CONFLICT DO NOTHING`;

/** The columns of a table that we declared NOT NULL, and that may be NULL now. */
export async function noMoreRequired(
  client: ClientBase,
  schema: string,
  { name, columns }: Table,
): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT column_name AS name FROM ${requiredTable(schema)} WHERE table_name = $1`,
    [name],
  );
  const required = new Set(columns.filter((column) => column.required).map((column) => column.name));
  return rows.map((row) => row.name).filter((column) => !required.has(column));
}

export const dropRequired = (schema: string, table: string, column: string, isThere: boolean): string[] => [
  ...(isThere
    ? [
        `ALTER TABLE ${identifier(schema)}.${identifier(table)} ALTER COLUMN ${identifier(column)} DROP NOT NULL`,
      ]
    : []),
  `DELETE FROM ${requiredTable(schema)} WHERE table_name = ${literal(table)} AND column_name = ${literal(column)}`,
];
