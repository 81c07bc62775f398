using System.Globalization;
using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;

namespace PgWorkflows.Persistence;

/// <summary>The history file: one SQLite database in WAL mode, whose schema is made and upgraded when it is opened first.</summary>
public sealed class Database
{
    /// <summary>The file's name in the data directory.</summary>
    public const string FileName = "history.db";

    private readonly string _connectionString;

    private Database(string file, TimeProvider time) => (File, Health, _connectionString) = (file, new(file, time), new SqliteConnectionStringBuilder
    {
        DataSource = file,
        DefaultTimeout = 60, // Seconds to wait for another process's write; writes take milliseconds.
        ForeignKeys = true,
    }.ToString());

    /// <summary>The database file.</summary>
    public string File { get; }

    /// <summary>Whether it can be written.</summary>
    public HistoryHealth Health { get; }

    /// <summary>Opens the history in a data directory, which is made when it is not there, readable by its owner only.</summary>
    /// <exception cref="HistoryException">The directory or the file cannot be used; the message says why and what to do.</exception>
    /// <param name="directory">The data directory.</param>
    /// <param name="time">The clock that tells since when something is wrong; by default the system's.</param>
    public static Database Open(string directory, TimeProvider? time = null)
    {
        var file = Path.Combine(directory, FileName);
        try
        {
            if (!Directory.Exists(directory))
            {
                if (OperatingSystem.IsWindows())
                    Directory.CreateDirectory(directory);
                else
                    Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            MakeOwnersOnly(file);
            var database = new Database(file, time ?? TimeProvider.System);
            database.Upgrade();
            return database;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new HistoryException(file, e);
        }
    }

    /// <summary>It holds hashes of passwords and keys. SQLite gives the files beside it the same rights.</summary>
    private static void MakeOwnersOnly(string file)
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (!System.IO.File.Exists(file))
            new FileStream(file, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = owner }).Dispose();
        else if ((System.IO.File.GetUnixFileMode(file) & ~owner) != 0)
            System.IO.File.SetUnixFileMode(file, owner);
    }

    /// <summary>A connection for ordinary work: what it commits survives the death of this process.</summary>
    internal SqliteConnection Connect() => Connect("normal");

    /// <summary>A connection whose commits also survive the machine's: for intents, leases and ends of state-changing actions.</summary>
    internal SqliteConnection ConnectDurably() => Connect("full");

    /// <summary>SQLite's own check of the file: null when all is well, else what it says.</summary>
    public string? CheckIntegrity()
    {
        using var connection = Connect();
        var answer = connection.ExecuteScalar<string>("pragma integrity_check(5)");
        return answer == "ok" ? null : answer;
    }

    /// <summary>Writes as much as a run needs, and takes it out again: whether writing works, or works again. <see cref="Health"/> knows then.</summary>
    public bool TryWriting()
    {
        try
        {
            using var connection = ConnectDurably();
            connection.Execute("insert into write_probe (id, filler) values (1, randomblob(262144)) on conflict (id) do update set filler = excluded.filler");
            connection.Execute("delete from write_probe");
            Health.Succeeded();
            return true;
        }
        catch (SqliteException e) when (HistoryTrouble.KindOf(e) is not null)
        {
            if (HistoryTrouble.KindOf(e) == HistoryTroubleKind.ReadOnly)
            {
                // A connection that was opened while the file was read-only stays so; the next one is opened anew.
                using var pooled = new SqliteConnection(_connectionString);
                SqliteConnection.ClearPool(pooled);
            }

            return false;
        }
    }

    /// <summary>
    /// Keeps the history open. When its last connection is closed SQLite takes away the files beside it, and on a full disk it cannot make them again:
    /// then it could not even be read.
    /// </summary>
    public IDisposable Hold()
    {
        var connection = Connect();
        connection.ExecuteScalar<long>("select count(*) from sqlite_master");
        return connection;
    }

    private SqliteConnection Connect(string synchronous)
    {
        var connection = new HistoryConnection(_connectionString, Health);
        connection.Open();
        using var pragma = connection.CreateCommand();
        // SQLite's own wait for a lock looks again after a millisecond; without it the client library sleeps 150 at a time.
        pragma.CommandText = $"pragma synchronous = {synchronous}; pragma busy_timeout = 60000; pragma journal_size_limit = 33554432";
        pragma.ExecuteNonQuery();
        return connection;
    }

    private void Upgrade()
    {
        using var connection = ConnectDurably();
        var scripts = Scripts();
        var newest = scripts[^1].Number;
        var version = connection.ExecuteScalar<int>("pragma user_version");
        if (version > newest)
            throw new HistoryException(File, $"it was written by a newer version (schema {version}, known here: {newest})", "Use that version, or another data directory");
        if (version == newest)
            return;

        // The journal mode belongs to the file and cannot change inside a transaction.
        connection.Execute("pragma journal_mode = wal");
        using var transaction = connection.BeginTransaction();
        version = connection.ExecuteScalar<int>("pragma user_version", transaction: transaction); // Another process may have been first.
        foreach (var script in scripts.Where(script => script.Number > version))
            connection.Execute(script.Sql, transaction: transaction);
        connection.Execute($"pragma user_version = {newest}", transaction: transaction);
        transaction.Commit();
    }

    /// <summary>The scripts in the order of the numbers that their names begin with; a released one is never edited.</summary>
    private static List<SchemaScript> Scripts()
    {
        const string Folder = ".Schema.";
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var file = name.AsSpan(name.IndexOf(Folder, StringComparison.Ordinal) + Folder.Length);
            return new SchemaScript(int.Parse(file[..3], NumberStyles.None, CultureInfo.InvariantCulture), reader.ReadToEnd());
        }).OrderBy(script => script.Number)];
    }

    private sealed record SchemaScript(int Number, string Sql);
}

/// <summary>The history cannot be opened; nothing is done without a record of it.</summary>
public sealed class HistoryException : Exception
{
    internal HistoryException(string file, Exception cause)
        : this(file, cause.Message, "Choose another folder with --data, or mend its rights and space", cause)
    {
    }

    internal HistoryException(string file, string problem, string cure, Exception? cause = null)
        : base($"The history {file} cannot be used: {problem.TrimEnd('.')}. {cure}.", cause)
    {
    }
}
