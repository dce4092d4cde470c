//! Rows as Parquet. Values are gathered column by column until they come to a row group, which is then written as a whole; the bytes of
//! it are handed on at once. What stays in memory of a written group is its entry in the footer, some kilobytes.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use backtweet_wire::v1::ExportType;

use super::PROGRAM;
use super::columns::{COLUMNS, Column, Row, SCHEMA_VERSION, Value};

/// A row group is written when its values come to this many bytes.
pub(super) const GROUP_BYTES: usize = 8 << 20;

/// Gathers rows and writes them group by group.
pub(super) struct Parquet {
    writer: SerializedFileWriter<Vec<u8>>,
    columns: Vec<Gathered>,
    bytes: usize,
}

impl Parquet {
    pub(super) fn start() -> Result<Self> {
        let properties = WriterProperties::builder()
            .set_created_by(PROGRAM.to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .set_key_value_metadata(Some(vec![KeyValue::new(
                "backtweet.schema_version".to_owned(),
                SCHEMA_VERSION.to_string(),
            )]))
            .build();
        Ok(Self {
            writer: SerializedFileWriter::new(Vec::new(), schema()?, Arc::new(properties))?,
            columns: COLUMNS.iter().map(Gathered::new).collect(),
            bytes: 0,
        })
    }

    /// How many bytes of values wait for their row group to be written.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.bytes
    }

    /// Takes one row in, and appends to `out` what became ready.
    pub(super) fn write(&mut self, row: &Row<'_>, out: &mut Vec<u8>) -> Result<()> {
        for (column, gathered) in COLUMNS.iter().zip(&mut self.columns) {
            self.bytes += gathered.push((column.value)(row));
        }
        if self.bytes >= GROUP_BYTES {
            self.close_group()?;
        }
        self.hand_on(out)
    }

    /// Appends the last row group and the footer.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
        if self.bytes > 0 {
            self.close_group()?;
        }
        self.writer.finish()?;
        self.hand_on(out)
    }

    fn close_group(&mut self) -> Result<()> {
        let mut group = self.writer.next_row_group()?;
        for gathered in &mut self.columns {
            if let Some(mut column) = group.next_column()? {
                gathered.write(&mut column)?;
                column.close()?;
            }
        }
        group.close()?;
        self.bytes = 0;
        Ok(())
    }

    fn hand_on(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.writer.flush()?;
        out.append(self.writer.inner_mut());
        Ok(())
    }
}

/// The values of one column, and the levels that say where one is absent and where a list begins.
struct Gathered {
    values: Values,
    /// Whether a value is there; `None` where all are.
    definition: Option<Vec<i16>>,
    /// Whether a value goes on with the list of the one before; `None` where there are no lists.
    repetition: Option<Vec<i16>>,
}

enum Values {
    Texts(Vec<ByteArray>),
    Integers(Vec<i64>),
    Numbers(Vec<f64>),
}

/// What a value takes beside its bytes: its place, and its levels.
const PLACE: usize = size_of::<ByteArray>() + 2 * size_of::<i16>();

impl Gathered {
    fn new(column: &Column) -> Self {
        let is_list = column.kind == ExportType::Texts;
        Self {
            values: match column.kind {
                ExportType::Time | ExportType::Integer => Values::Integers(Vec::new()),
                ExportType::Number => Values::Numbers(Vec::new()),
                ExportType::Text | ExportType::Texts | ExportType::Unspecified => Values::Texts(Vec::new()),
            },
            definition: (column.is_optional || is_list).then(Vec::new),
            repetition: is_list.then(Vec::new),
        }
    }

    /// Takes one cell in; how many bytes it takes.
    fn push(&mut self, value: Value<'_>) -> usize {
        let Value::Texts(texts) = value else {
            return self.push_one(value, 0);
        };
        if texts.is_empty() {
            return self.push_one(Value::Absent, 0);
        }
        let levels = std::iter::once(0).chain(std::iter::repeat(1));
        let each = texts.into_iter().zip(levels);
        each.map(|(text, level)| self.push_one(Value::Text(text), level)).sum()
    }

    fn push_one(&mut self, value: Value<'_>, repetition: i16) -> usize {
        if let Some(levels) = &mut self.definition {
            levels.push(i16::from(!matches!(value, Value::Absent)));
        }
        if let Some(levels) = &mut self.repetition {
            levels.push(repetition);
        }
        let mut length = 0;
        match (&mut self.values, value) {
            (Values::Texts(values), Value::Text(text)) => {
                length = text.len();
                values.push(text.into_owned().into_bytes().into());
            }
            (Values::Integers(values), Value::Time(number) | Value::Integer(number)) => values.push(number),
            (Values::Numbers(values), Value::Number(number)) => values.push(number),
            _ => {}
        }
        PLACE + length
    }

    /// Writes everything that was gathered, and begins anew.
    fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<()> {
        let (definition, repetition) = (self.definition.as_deref(), self.repetition.as_deref());
        match &mut self.values {
            Values::Texts(values) => {
                let column = column.typed::<ByteArrayType>();
                column.write_batch(values, definition, repetition)?;
                values.clear();
            }
            Values::Integers(values) => {
                let column = column.typed::<Int64Type>();
                column.write_batch(values, definition, repetition)?;
                values.clear();
            }
            Values::Numbers(values) => {
                let column = column.typed::<DoubleType>();
                column.write_batch(values, definition, repetition)?;
                values.clear();
            }
        }
        [&mut self.definition, &mut self.repetition]
            .into_iter()
            .flatten()
            .for_each(Vec::clear);
        Ok(())
    }
}

fn schema() -> Result<TypePtr> {
    let fields = COLUMNS.iter().map(field).collect::<Result<Vec<_>>>()?;
    let schema = Type::group_type_builder("backtweets").with_fields(fields).build()?;
    Ok(Arc::new(schema))
}

fn field(column: &Column) -> Result<TypePtr> {
    let repetition = if column.is_optional {
        Repetition::OPTIONAL
    } else {
        Repetition::REQUIRED
    };
    let primitive = |name: &str, physical, logical: Option<LogicalType>, repetition| {
        let built = Type::primitive_type_builder(name, physical)
            .with_repetition(repetition)
            .with_logical_type(logical)
            .build();
        built.map(Arc::new)
    };
    let time = LogicalType::timestamp(true, TimeUnit::MICROS);
    match column.kind {
        ExportType::Time => primitive(column.name, Physical::INT64, Some(time), repetition),
        ExportType::Integer => primitive(column.name, Physical::INT64, None, repetition),
        ExportType::Number => primitive(column.name, Physical::DOUBLE, None, repetition),
        ExportType::Text | ExportType::Unspecified => {
            primitive(column.name, Physical::BYTE_ARRAY, Some(LogicalType::String), repetition)
        }
        ExportType::Texts => {
            let string = Some(LogicalType::String);
            let element = primitive("element", Physical::BYTE_ARRAY, string, Repetition::REQUIRED)?;
            let list = Type::group_type_builder("list")
                .with_repetition(Repetition::REPEATED)
                .with_fields(vec![element])
                .build()?;
            let built = Type::group_type_builder(column.name)
                .with_repetition(repetition)
                .with_logical_type(Some(LogicalType::List))
                .with_fields(vec![Arc::new(list)])
                .build();
            built.map(Arc::new)
        }
    }
}
