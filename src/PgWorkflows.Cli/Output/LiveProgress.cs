using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Reports;
using Spectre.Console;

namespace PgWorkflows.Cli.Output;

/// <summary>Shows a run's steps on a terminal as they are stored, and the step that lets us wait; in a pipe it is silent.</summary>
internal sealed class LiveProgress : IRunObserver, IDisposable
{
    /// <summary>A step that takes longer is named while it runs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly CliOutput _output;
    private readonly HashSet<int> _shown = [];
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private Node? _running;
    private bool _ended;

    public LiveProgress(CliOutput output)
    {
        _output = output;
        _timer = TimeProvider.System.CreateTimer(_ => NameTheRunning(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Begun(Run run) => Show(run);

    public void Running(Run run, PendingActivity activity)
    {
        lock (_lock)
            _running = activity.Node;
        if (_output.IsWatched)
            _timer.Change(Patience, Timeout.InfiniteTimeSpan);
    }

    public void Stored(Run run) => Show(run);

    public void Dispose()
    {
        lock (_lock)
            _ended = true;
        _timer.Dispose();
    }

    private void NameTheRunning()
    {
        lock (_lock)
        {
            if (!_ended && _running is { } node)
                _output.Console.MarkupLineInterpolated($"[grey]{StepReport.LabelOf(node)} …[/]");
        }
    }

    private void Show(Run run)
    {
        if (!_output.IsWatched || run.LastStored is not { } stored)
            return;
        lock (_lock)
        {
            _running = null;
            if (_ended)
                return;
            foreach (var step in stored.Records)
            {
                if (step.Node.IsContainer || step.Node.Type is "Elsa.Workflow" or "Elsa.FlowJoin" || step.Status == ActivityStatus.Running || !_shown.Add(step.Number))
                    continue;
                var outcome = step.Status == ActivityStatus.Completed ? string.Join(", ", step.Outcomes ?? ["Done"]) : step.Status.ToString();
                _output.Console.MarkupLineInterpolated($"{StepReport.LabelOf(step.Node)}  [bold]{outcome}[/]  [grey]{Words.Of(step.CompletedAt - step.StartedAt)}[/]  {step.Exception?.Message ?? step.Sentence}");
            }
        }
    }
}
