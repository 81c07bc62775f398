using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;

namespace PgWorkflows.Persistence.Retention;

/// <summary>
/// Where rows go before they are deleted: gzip files of JSON lines that only their owner can read. What was written is on the disk before anything is deleted;
/// a crash between the two writes it again into another file, and a torn end of a file holds nothing that was deleted.
/// </summary>
public sealed class HistoryExport(string folder, TimeProvider time)
{
    private const long LargestFile = 64L * 1024 * 1024;

    private string? _file;
    private long _length;

    /// <summary>Writes runs with their journals and steps.</summary>
    internal Task RunsAsync(SqliteConnection connection, IReadOnlyList<string> ids) => WriteAsync(connection, ids,
        (stream, keys) =>
        {
            foreach (var id in keys)
            {
                Line(stream, json =>
                {
                    json.WriteString("kind", "run");
                    Rows(json, connection, "run", "select * from workflow_instance where id = @id", new { id });
                    Rows(json, connection, "journal", "select * from journal where instance_id = @id order by sequence", new { id });
                    Rows(json, connection, "steps", "select * from activity_record where instance_id = @id order by number", new { id });
                });
            }
        });

    /// <summary>Writes rows of a table.</summary>
    internal Task RowsAsync<T>(SqliteConnection connection, string table, string key, IReadOnlyList<T> values) => WriteAsync(connection, values,
        (stream, keys) => Line(stream, json =>
        {
            json.WriteString("kind", table);
            Rows(json, connection, "rows", $"select * from {table} where {key} in (select value from json_each(@keys)) order by {key}", new { keys = JsonSerializer.Serialize(keys) });
        }));

    /// <summary>One member of a gzip file: whole and on the disk when this comes back.</summary>
    private async Task WriteAsync<T>(SqliteConnection connection, IReadOnlyList<T> keys, Action<Stream, IReadOnlyList<T>> write)
    {
        if (_file is null || _length > LargestFile)
            Begin();
        await using var file = Open(_file!);
        file.SetLength(_length); // What an attempt that failed left behind.
        file.Position = _length;
        await using (var zip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
        {
            await using var snapshot = connection.BeginTransaction(deferred: true); // A run, its journal and its steps as they are at one moment.
            write(zip, keys);
        }

        file.Flush(flushToDisk: true);
        _length = file.Length;
    }

    private static FileStream Open(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new(file, options);
    }

    /// <summary>A new file for each start of the program: the end of an older one may be torn.</summary>
    private void Begin()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var stamp = time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        (_file, _length) = (Path.Combine(folder, $"history-{stamp}-{Guid.NewGuid():N}"[..^24] + ".jsonl.gz"), 0);
    }

    private static void Line(Stream stream, Action<Utf8JsonWriter> write)
    {
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <summary>Every column under its name, so that what a later version adds is exported too. Times stay microseconds since 1970.</summary>
    private static void Rows(Utf8JsonWriter json, SqliteConnection connection, string name, string sql, object parameters)
    {
        json.WriteStartArray(name);
        using var reader = connection.ExecuteReader(sql, parameters);
        while (reader.Read())
        {
            json.WriteStartObject();
            for (var i = 0; i < reader.FieldCount; i++)
            {
                json.WritePropertyName(reader.GetName(i));
                switch (reader.GetValue(i))
                {
                    case DBNull:
                        json.WriteNullValue();
                        break;
                    case long number:
                        json.WriteNumberValue(number);
                        break;
                    case double number:
                        json.WriteNumberValue(number);
                        break;
                    case byte[] bytes:
                        json.WriteBase64StringValue(bytes);
                        break;
                    case var value:
                        json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                        break;
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
