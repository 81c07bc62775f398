using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Events;
using PgWorkflows.Runtime;
using Spectre.Console;

namespace PgWorkflows.Cli.Output;

/// <summary>Shows a run's steps on a terminal as they are stored; in a pipe it is silent.</summary>
internal sealed class LiveProgress(CliOutput output) : IRunObserver, IDisposable
{
    private readonly HashSet<int> _shown = [];
    private bool _ended;

    public void Begun(Run run) => Show(run);

    public void Running(Run run, PendingActivity activity)
    {
        if (output.IsWatched && activity.HasEffect)
            output.Console.MarkupLineInterpolated($"[grey]{activity.Node.Label} …[/]");
    }

    public void Stored(Run run) => Show(run);

    public void Dispose() => _ended = true;

    private void Show(Run run)
    {
        if (!output.IsWatched || _ended || run.LastStored is not { } stored)
            return;
        foreach (var step in stored.Records)
        {
            if (step.Node.IsContainer || step.Node.Type is "Elsa.Workflow" or "Elsa.FlowJoin" || step.Status == ActivityStatus.Running || !_shown.Add(step.Number))
                continue;
            var outcome = step.Status == ActivityStatus.Completed ? string.Join(", ", step.Outcomes ?? ["Done"]) : step.Status.ToString();
            output.Console.MarkupLineInterpolated($"{step.Node.Label}  [bold]{outcome}[/]  {step.Exception?.Message ?? step.Sentence}");
        }

        foreach (var e in stored.Emissions.OfType<EventLogged>())
            output.Console.MarkupLineInterpolated($"[{Words.Colour(e.Severity.ToString())}]{e.Id}[/] {e.Text}");
    }
}
