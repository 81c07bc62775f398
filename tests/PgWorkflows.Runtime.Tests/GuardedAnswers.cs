using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Runtime.Tests;

/// <summary>What a server may answer to the guarded profile, and a data directory that is what a test says.</summary>
internal static class GuardedAnswers
{
    public static readonly ServerAnswer Good = Answer(AnswerKind.Answered, null, "(answered)");
    public static readonly ServerAnswer StartingUp = Answer(AnswerKind.ServerError, "57P03", "the database system is starting up");
    public static readonly ServerAnswer Full = Answer(AnswerKind.ServerError, "53300", "sorry, too many clients already");
    public static readonly ServerAnswer WrongPassword = Answer(AnswerKind.ServerError, "28P01", "password authentication failed");
    public static readonly ServerAnswer Broken = Answer(AnswerKind.ServerError, "XX000", "could not read block 0");
    public static readonly ServerAnswer Silent = Answer(AnswerKind.TimedOut, null, "ended after its limit of 30 s");
    public static readonly ServerAnswer Refused = Answer(AnswerKind.Refused, null, "Connection refused");

    public static Script Script(ServiceStatus?[] statuses, params ServerAnswer[] answers) => new(statuses) { Answers = new(answers) };

    /// <summary>A resource of the guarded profile whose data directory cannot be looked at, as from another account.</summary>
    public static Resource Guarded(Resource resource) => resource with { Profile = ResourceProfile.Guarded };

    /// <summary>One whose data directory is there, without a postmaster.</summary>
    public static Func<Resource, Resource> WithoutPostmaster(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "PG_VERSION"), "15\n");
        return resource => Guarded(resource) with { DataDirectory = folder };
    }

    private static ServerAnswer Answer(AnswerKind kind, string? state, string output) => new(kind, state, null, new("psql", kind == AnswerKind.Answered ? 0 : 2, output));
}
