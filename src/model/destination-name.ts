const names: Readonly<Record<string, string>> = {
  duckdb: 'DuckDB',
  postgres: 'PostgreSQL',
  bigquery: 'BigQuery',
};

/** A type of destination as people call it. */
export const destinationName = (type: string): string => names[type] ?? type;
