namespace PgWorkflows.Cli.Doctor;

/// <summary>Looks at who is told of events, and what they have not got.</summary>
internal static class DeliveryDoctor
{
    public static async Task<IReadOnlyList<Diagnosis>> ExamineAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        var channels = workspace.Courier.Channels.Select(channel => channel.Name).ToList();
        List<Diagnosis> diagnoses =
        [
            channels.Count > 0
                ? new("events", Verdict.Good, $"go to {string.Join(", ", channels)}")
                : new("events", Verdict.Note, "go to the history only: no log of the system was found, or all are switched off", "see PgWorkflows:Events in docs/service.md"),
        ];
        var problems = await workspace.Outbox.ProblemsAsync(null, 100, cancellationToken);
        foreach (var channel in problems.GroupBy(problem => problem.Channel))
        {
            var waiting = channel.Count(problem => !problem.IsGivenUp);
            diagnoses.Add(new($"events to {channel.Key}", waiting > 0 ? Verdict.Bad : Verdict.Note,
                $"{waiting} wait, {channel.Count() - waiting} were given up; the newest problem: {channel.First().Problem}",
                channels.Contains(channel.Key) ? "mend the channel; what waits is delivered by the next run or the server" : "it is configured no more; what waits is given up after three days"));
        }

        return diagnoses;
    }
}
