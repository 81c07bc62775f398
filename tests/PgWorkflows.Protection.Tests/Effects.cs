using System.Globalization;

namespace PgWorkflows.Protection.Tests;

/// <summary>A start or stop as the service manager's side has written it down.</summary>
/// <param name="At">When it was issued, in microseconds.</param>
/// <param name="Verb">start or stop.</param>
/// <param name="Answer">accepted, the Win32 error, or hung; issued where it had no time to answer.</param>
/// <param name="Overlaps">The same was under way already.</param>
internal sealed record IssuedCommand(long At, string Verb, string Answer, bool Overlaps)
{
    public static IReadOnlyList<IssuedCommand> Read(IEnumerable<string> log) =>
    [
        .. log.Select(line => line.Split(' ')).GroupBy(words => (At: words[0], Verb: words[1]), words => words[2])
            .Select(group => new IssuedCommand(long.Parse(group.Key.At, CultureInfo.InvariantCulture), group.Key.Verb, group.Last(), group.Contains("overlap")))
            .OrderBy(command => command.At),
    ];
}

/// <summary>A start or stop as the history has it.</summary>
internal sealed record RecordedEffect(string Run, string ActivityType, string Status, long StartedAt, long? CompletedAt, string? Outcomes, string? Sentence)
{
    public string Verb => ActivityType == "PgWorkflows.StartService" ? "start" : "stop";

    /// <summary>The server died between the intent and its answer; the next one has closed the record by what it saw.</summary>
    public bool IsCut => Status == "Canceled" || Sentence?.StartsWith("the process ended before the answer was stored", StringComparison.Ordinal) is true;

    public bool Spans(long at) => StartedAt <= at && at <= CompletedAt;
}

/// <summary>Holds what a service has seen against what the history says of it, one by one.</summary>
internal static class Effects
{
    public static IReadOnlyList<RecordedEffect> Of(string resource, Recorded recorded) => recorded.Query<RecordedEffect>(
        $"""
        select a.instance_id as Run, a.activity_type as ActivityType, a.status as Status, a.started_at as StartedAt, a.completed_at as CompletedAt,
            a.outcomes as Outcomes, a.sentence as Sentence
        from activity_record a join workflow_instance i on i.id = a.instance_id
        where i.resource = '{resource}' and a.activity_type in ('PgWorkflows.StartService', 'PgWorkflows.StopService') order by a.started_at
        """);

    /// <summary>Every disagreement, in words.</summary>
    /// <param name="issued">What the service has seen, in order.</param>
    /// <param name="effects">What the history has, in order.</param>
    /// <param name="kills">When a server was dead.</param>
    public static IEnumerable<string> Differences(IReadOnlyList<IssuedCommand> issued, IReadOnlyList<RecordedEffect> effects, IReadOnlyList<long> kills)
    {
        foreach (var (before, after) in effects.Zip(effects.Skip(1)))
        {
            if (before.CompletedAt > after.StartedAt)
                yield return $"{after} began before {before} had ended";
        }

        foreach (var command in issued)
        {
            if (effects.Count(effect => effect.Verb == command.Verb && effect.Spans(command.At)) != 1)
                yield return $"{command} is in no record, or in more than one";
            if (command.Overlaps)
                yield return $"{command} came while the same was under way";
            if (command is { Verb: "start", Answer: "1056" })
                yield return $"{command} met a service that was running";
        }

        foreach (var effect in effects)
        {
            List<IssuedCommand> own = [.. issued.Where(command => command.Verb == effect.Verb && effect.Spans(command.At))];
            if (Difference(effect, own, kills) is { } difference)
                yield return $"{effect}: {difference}; it was issued as {string.Join(", ", own)}";
        }
    }

    private static string? Difference(RecordedEffect effect, List<IssuedCommand> own, IReadOnlyList<long> kills)
    {
        if (effect.IsCut)
            return own.Count > 1 ? "issued more than once" : kills.Any(effect.Spans) ? null : "cut, and nobody had killed the server";
        if (effect.Status != "Completed")
            return "neither completed nor cut";
        return (own, effect.Outcomes) switch
        {
            ([{ Answer: "accepted" }], """["Succeeded"]""") => null,
            ([{ Answer: not "accepted" }], """["Failed"]""") => null,
            // The limit came before the answer, as it may on a busy machine.
            ([_], """["Failed"]""") when effect.Sentence?.Contains("ended after its limit", StringComparison.Ordinal) is true => null,
            ([_], _) => "the outcome is not what was answered",
            _ => "not issued exactly once",
        };
    }
}
