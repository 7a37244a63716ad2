//! Reads rows of an object's SQLite, column by column, in the order in which the query names them.

use worker::{Error, Result, SqlStorage, SqlStorageValue};

/// All rows that a query finds. Errors: the query failed.
pub fn rows(sql: &SqlStorage, query: &str, values: Vec<SqlStorageValue>) -> Result<Vec<Row>> {
    sql.exec(query, values)?.raw().map(|columns| Ok(Row(columns?.into_iter()))).collect()
}

/// The row of a query that always finds one, such as a `count(*)`. Errors: it found none.
pub fn row(sql: &SqlStorage, query: &str, values: Vec<SqlStorageValue>) -> Result<Row> {
    rows(sql, query, values)?.pop().ok_or_else(|| unexpected("a row"))
}

/// One row. Each call takes the next column. Errors: no column is left, or it holds another type.
#[derive(Debug)]
pub struct Row(std::vec::IntoIter<SqlStorageValue>);

impl Row {
    /// Text. Errors: NULL, or not text.
    pub fn text(&mut self) -> Result<String> {
        self.optional_text()?.ok_or_else(|| unexpected("text"))
    }

    /// Text, or None for NULL.
    pub fn optional_text(&mut self) -> Result<Option<String>> {
        match self.0.next() {
            Some(SqlStorageValue::String(text)) => Ok(Some(text)),
            Some(SqlStorageValue::Null) => Ok(None),
            _ => Err(unexpected("text")),
        }
    }

    /// A whole number. Errors: NULL, not a whole number, or out of range for `T`.
    pub fn number<T: TryFrom<i64>>(&mut self) -> Result<T> {
        let number = self.optional_number()?.and_then(|n| T::try_from(n).ok());
        number.ok_or_else(|| unexpected("a whole number"))
    }

    /// A whole number, or None for NULL.
    pub fn optional_number(&mut self) -> Result<Option<i64>> {
        match self.0.next() {
            Some(SqlStorageValue::Integer(number)) => Ok(Some(number)),
            Some(SqlStorageValue::Null) => Ok(None),
            _ => Err(unexpected("a whole number")),
        }
    }
}

/// True if any table of the object holds a row, whatever schema version made it. SQLite's and the platform's own
/// tables do not count.
pub fn has_rows(sql: &SqlStorage) -> Result<bool> {
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";
    for mut table in rows(sql, tables, Vec::new())? {
        let query = ["SELECT 1 FROM \"", &table.text()?.replace('"', "\"\""), "\" LIMIT 1"].concat();
        if !rows(sql, &query, Vec::new())?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn unexpected(what: &str) -> Error {
    Error::RustError(["a column of the database does not hold ", what].concat())
}
