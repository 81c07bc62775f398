using System.Globalization;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Probes;

/// <summary>The documented client, with the documented arguments; everything else goes through the environment.</summary>
public sealed class PsqlProbe(ICommandRunner runner, IProbe? secondOpinion = null) : IProbe
{
    /// <inheritdoc/>
    public ClientKind Client => ClientKind.Psql;

    /// <inheritdoc/>
    public async Task<ProbeResult> RunAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken)
    {
        var result = await runner.RunAsync(Command(resource, kind), cancellationToken);
        return new(result.Succeeded, result.Evidence);
    }

    /// <inheritdoc/>
    public async Task<ServerAnswer> AskAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken)
    {
        var result = await runner.RunAsync(Question(resource, kind), cancellationToken);
        var answer = PsqlAnswer.Of(result);
        if (answer.Kind != AnswerKind.ServerError || answer.SqlState is not null || secondOpinion is null)
            return answer;

        // While it connects, psql shows no SQLSTATE, and the words may be in any language: the driver is asked for the number alone.
        var second = await secondOpinion.AskAsync(resource, kind, cancellationToken);
        return second.Kind == AnswerKind.Answered ? answer : answer with { Kind = second.Kind, SqlState = second.SqlState };
    }

    /// <summary>What the server says of itself, then the documented question, whose end is psql's exit code; with SQLSTATEs.</summary>
    internal static Command Question(Resource resource, ProbeKind kind)
    {
        var port = resource.Port.ToString(CultureInfo.InvariantCulture);
        var (question, database) = kind == ProbeKind.SystemRelations ? (@"\dS", resource.CheckDatabase) : (@"\l", "postgres");
        return Command(resource, kind) with
        {
            Arguments = ["-p", port, "-U", resource.User, "-d", database, "-w", "-v", "VERBOSITY=verbose", "-c", ServerClaim.Query, "-c", question],
            DisplayAs = $"psql -p {port} -U {resource.User} -d {database} -w -v VERBOSITY=verbose -c 'SELECT …' -c {question}", // which server are you
        };
    }

    internal static Command Command(Resource resource, ProbeKind kind)
    {
        var port = resource.Port.ToString(CultureInfo.InvariantCulture);
        string[] arguments = kind == ProbeKind.SystemRelations
            ? ["-p", port, "-U", resource.User, "-c", @"\dS", "-d", resource.CheckDatabase, "-w"]
            : ["-p", port, "-U", resource.User, "-l", "-w"];
        return new(resource.Program("psql"), arguments)
        {
            Environment = Environment(resource), Limit = resource.ProbeLimit, OsUser = resource.OsUser,
        };
    }

    private static Dictionary<string, string> Environment(Resource resource)
    {
        var variables = new Dictionary<string, string>
        {
            ["PGHOST"] = resource.Host,
            ["PGAPPNAME"] = "PgWorkflows",
            ["PGCONNECT_TIMEOUT"] = Math.Ceiling(resource.ProbeLimit.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            ["PGOPTIONS"] = ProbeOptions.StatementTimeout(resource),
            ["PSQLRC"] = OperatingSystem.IsWindows() ? "NUL" : "/dev/null",
        };
        if (resource.PassFile is { } passFile)
            variables["PGPASSFILE"] = passFile;
        return variables;
    }
}

/// <summary>What both clients ask of the server.</summary>
internal static class ProbeOptions
{
    /// <summary>Ends the query in the server too: a client that is ended leaves its backend running otherwise.</summary>
    public static string StatementTimeout(Resource resource) =>
        string.Create(CultureInfo.InvariantCulture, $"-c statement_timeout={Math.Max(1, (long)resource.ProbeLimit.TotalMilliseconds)}");
}
