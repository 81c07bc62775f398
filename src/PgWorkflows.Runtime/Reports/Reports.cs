using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime.Reports;

/// <summary>Answers what operators ask, the same on the command line, in the API and in the console.</summary>
public sealed class Reports(Installation installation)
{
    /// <summary>The resources in the order of the configuration.</summary>
    public async Task<IReadOnlyList<ResourceReport>> ResourcesAsync(CancellationToken cancellationToken)
    {
        await installation.Runs.CloseGoneAsync(null, cancellationToken);
        var reports = new List<ResourceReport>();
        foreach (var resource in installation.Resources.All)
        {
            var state = await installation.States.FindAsync(resource.Name, cancellationToken);
            var last = await installation.History.ListAsync(resource.Name, 1, cancellationToken) is [var newest, ..] ? newest : null;
            var holder = await installation.States.HolderAsync(resource.Name, cancellationToken);
            reports.Add(new(resource.Name, state.State.ToString(), state.Reason, state.Since, resource.Port, resource.DataDirectory, resource.Service,
                holder?.ToString(), last is null ? null : Summary(last)));
        }

        return reports;
    }

    /// <summary>The newest runs first.</summary>
    public async Task<IReadOnlyList<RunSummary>> RunsAsync(string? resource, int most, CancellationToken cancellationToken)
    {
        await installation.Runs.CloseGoneAsync(null, cancellationToken);
        return [.. (await installation.History.ListAsync(resource, most, cancellationToken)).Select(Summary)];
    }

    /// <summary>Runs by the beginning of their id, or by the word "last".</summary>
    public async Task<FoundRun> FindAsync(string wanted, CancellationToken cancellationToken)
    {
        await installation.Runs.CloseGoneAsync(null, cancellationToken);
        var found = wanted == "last"
            ? await installation.History.ListAsync(null, 1, cancellationToken)
            : await installation.History.FindAsync(wanted, cancellationToken);
        return found.Count switch
        {
            0 => new FoundRun.None(),
            1 => new FoundRun.One(await ReportAsync(found[0], cancellationToken)),
            _ => new FoundRun.Several(),
        };
    }

    /// <summary>Events, the newest first.</summary>
    public async Task<IReadOnlyList<EventReport>> EventsAsync(string? resource, int most, CancellationToken cancellationToken) =>
        [.. (await installation.History.EventsAsync(null, resource, most, cancellationToken)).Select(Event)];

    private async Task<RunReport> ReportAsync(RunFacts run, CancellationToken cancellationToken) => new()
    {
        Id = run.Id,
        Resource = run.Resource,
        Action = run.Action,
        Result = run.Result,
        ReturnValue = run.ReturnValue,
        Status = run.Status,
        SubStatus = run.SubStatus,
        Note = await NoteAsync(run, cancellationToken),
        StartedAt = run.StartedAt,
        FinishedAt = run.FinishedAt,
        Trigger = run.Origin,
        Definition = new(run.DefinitionId, run.DefinitionVersion, run.VersionId, run.DefinitionHash),
        Steps = StepReport.Of(await installation.History.StepsAsync(run.Id, cancellationToken)),
        Events = [.. (await installation.History.EventsAsync(run.Id, null, 1000, cancellationToken)).Reverse().Select(e => new RunEventReport(e.Id, e.Severity, e.Text, e.Timestamp))],
    };

    /// <summary>Why it ended from outside, and which of its events somebody outside does not have.</summary>
    private async Task<string?> NoteAsync(RunFacts run, CancellationToken cancellationToken)
    {
        var undelivered = await installation.Outbox.ProblemsAsync(run.Id, 10, cancellationToken);
        return undelivered.Count == 0 ? run.ClosingNote : string.Join(' ', [.. run.ClosingNote is null ? [] : new[] { run.ClosingNote }, .. undelivered.Reverse()]);
    }

    private static RunSummary Summary(RunFacts run) => new(
        run.Id, run.Resource, run.Action, run.Result, run.ReturnValue, run.Status, run.SubStatus, run.StartedAt, run.FinishedAt, run.Origin, run.DefinitionId);

    /// <summary>An event as it is told.</summary>
    public static EventReport Event(EventFacts e) => new(e.Number, e.Id, e.Severity, e.Text, e.Resource, e.RunId, e.Timestamp);
}

/// <summary>What was found for the beginning of a run's id.</summary>
public abstract record FoundRun
{
    private FoundRun()
    {
    }

    /// <summary>No run begins so.</summary>
    public sealed record None : FoundRun;

    /// <summary>The one that does.</summary>
    public sealed record One(RunReport Run) : FoundRun;

    /// <summary>More than one does.</summary>
    public sealed record Several : FoundRun;
}
