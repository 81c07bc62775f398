using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Probes;

/// <summary>The same two questions through the Npgsql driver, on a connection of their own each time.</summary>
public sealed class NpgsqlProbe(TimeProvider time) : IProbe
{
    // The relations that \dS lists: kind, owner and visibility as psql asks for them.
    private const string SystemRelations = """
        SELECT n.nspname, c.relname, c.relkind, pg_catalog.pg_get_userbyid(c.relowner)
        FROM pg_catalog.pg_class c
        LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r','p','v','m','S','s','f','') AND pg_catalog.pg_table_is_visible(c.oid)
        ORDER BY 1, 2
        """;

    // The databases that psql -l lists.
    private const string DatabaseList = """
        SELECT d.datname, pg_catalog.pg_get_userbyid(d.datdba), pg_catalog.pg_encoding_to_char(d.encoding), pg_catalog.array_to_string(d.datacl, E'\n')
        FROM pg_catalog.pg_database d
        ORDER BY 1
        """;

    /// <inheritdoc/>
    public ClientKind Client => ClientKind.Npgsql;

    /// <inheritdoc/>
    public async Task<ProbeResult> RunAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(resource, kind, withClaim: false, cancellationToken);
        return new(answer.Kind == AnswerKind.Answered, answer.Evidence);
    }

    /// <inheritdoc/>
    public Task<ServerAnswer> AskAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken) =>
        AskAsync(resource, kind, withClaim: true, cancellationToken);

    private async Task<ServerAnswer> AskAsync(Resource resource, ProbeKind kind, bool withClaim, CancellationToken cancellationToken)
    {
        var database = kind == ProbeKind.SystemRelations ? resource.CheckDatabase : "postgres";
        using var atLimit = new CancellationTokenSource(resource.ProbeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, atLimit.Token);
        try
        {
            var asking = QuestionAsync(ConnectionString(resource, database), kind, withClaim, either.Token);
            var (rows, claim) = await InTimeAsync(asking, either.Token);
            return new(AnswerKind.Answered, null, claim, Evidence(string.Create(CultureInfo.InvariantCulture, $"({rows} rows)")));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(AnswerKind.TimedOut, null, null,
                Evidence(string.Create(CultureInfo.InvariantCulture, $"ended after its limit of {resource.ProbeLimit.TotalSeconds:0.###} s")));
        }
        catch (OperationCanceledException)
        {
            throw;
        }
        catch (PostgresException e)
        {
            return new(AnswerKind.ServerError, e.SqlState, null, Evidence($"{e.InvariantSeverity}:  {e.MessageText} (SQLSTATE {e.SqlState})"));
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException or IOException or ArgumentException)
        {
            cancellationToken.ThrowIfCancellationRequested(); // the driver reports an interrupted connect as a broken one
            return new(KindOf(e), null, null, Evidence(e.InnerException is { } inner ? $"{e.Message}: {inner.Message}" : e.Message));
        }

        CommandEvidence Evidence(string output)
        {
            var question = kind == ProbeKind.SystemRelations ? $@"-d {database}: \dS" : "-l";
            var command = string.Create(CultureInfo.InvariantCulture, $"npgsql -p {resource.Port} -U {resource.User} {question}");
            return new(OutputText.Printable(command), ExitCode: null, OutputText.OneLine(output)); // no program, no exit code
        }
    }

    /// <summary>What went wrong below the protocol. The driver itself refuses where it has no password to send.</summary>
    private static AnswerKind KindOf(Exception exception) => exception switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.AddressNotAvailable } => AnswerKind.Refused,
        SocketException { SocketErrorCode: SocketError.TimedOut } or TimeoutException => AnswerKind.TimedOut,
        SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown } => AnswerKind.Broken,
        SocketException => AnswerKind.CannotAsk, // no such host, no route, no socket file that may be opened
        EndOfStreamException => AnswerKind.Broken,
        { InnerException: { } inner } => KindOf(inner),
        IOException => AnswerKind.Broken,
        _ => AnswerKind.CannotAsk,
    };

    /// <summary>
    /// Waits no longer than the token says. While the driver logs on it looks at its own timeout only, so a server that took the
    /// connection and says nothing would hold us; that attempt is left to itself and ends by that timeout, a second after the limit.
    /// </summary>
    private static async Task<T> InTimeAsync<T>(Task<T> asking, CancellationToken cancellationToken)
    {
        try
        {
            return await asking.WaitAsync(cancellationToken);
        }
        finally
        {
            _ = asking.ContinueWith(
                late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private static async Task<(int Rows, ServerClaim? Claim)> QuestionAsync(
        string connectionString, ProbeKind kind, bool withClaim, CancellationToken cancellationToken)
    {
        // Types are not needed, and loading them would be one query more.
        await using var source = new NpgsqlDataSourceBuilder(connectionString).ConfigureTypeLoading(types => types.EnableTypeLoading(false)).Build();
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var claim = withClaim ? await ClaimAsync(connection, cancellationToken) : null;
        await using var command = new NpgsqlCommand(kind == ProbeKind.SystemRelations ? SystemRelations : DatabaseList, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = 0;
        while (await reader.ReadAsync(cancellationToken))
            rows++;
        return (rows, claim);
    }

    private static async Task<ServerClaim?> ClaimAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ServerClaim.Query, connection);
        try
        {
            return await command.ExecuteScalarAsync(cancellationToken) is string row ? ServerClaim.Parse(row) : null;
        }
        catch (PostgresException)
        {
            return null; // The role may not ask that, or the server is older than the question: then nothing is known of it.
        }
    }

    internal static string ConnectionString(Resource resource, string database)
    {
        var seconds = (int)Math.Clamp(Math.Ceiling(resource.ProbeLimit.TotalSeconds) + 1, 1, 1024); // ours comes first
        return new NpgsqlConnectionStringBuilder
        {
            Host = resource.Host,
            Port = resource.Port,
            Username = resource.User,
            Database = database,
            Passfile = resource.PassFile,
            ApplicationName = "PgWorkflows",
            Timeout = seconds,
            CommandTimeout = seconds,
            Options = ProbeOptions.StatementTimeout(resource),
            Pooling = false,
            PersistSecurityInfo = false,
            // A cancelled probe gives up at once instead of asking a server that does not answer to cancel.
            CancellationTimeout = -1,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
    }
}
