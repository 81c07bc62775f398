using Elsa.Common;
using Elsa.Common.Models;
using Elsa.EntityFrameworkCore.Extensions;
using Elsa.EntityFrameworkCore.Modules.Management;
using Elsa.EntityFrameworkCore.Modules.Runtime;
using Elsa.Extensions;
using Elsa.Scheduling.Features;
using Elsa.Workflows;
using Elsa.Workflows.Management;
using Elsa.Workflows.Models;
using Elsa.Workflows.Runtime;
using Elsa.Workflows.Runtime.Messages;
using Elsa.Workflows.State;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PgWorkflows.Elsa.Hosting;
using PgWorkflows.Elsa.Runs;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Hosted;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Testing;
using PgWorkflows.Testing.Agreement;
using Xunit;

namespace PgWorkflows.Elsa.Tests;

/// <summary>A whole Elsa 3 with its stores on SQLite and PgWorkflows in it; scripted are only the service manager, pg_ctl, the client and the clock.</summary>
public sealed class ElsaHome : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pgw-elsa-tests-");
    private IHost? _host;

    internal Clock Clock { get; } = new();

    internal World World { get; } = new() { Resource = Fresh(), Script = new([null]) };

    public IServiceProvider Services => _host!.Services;

    public HostedRuns Runs => Services.GetRequiredService<HostedRuns>();

    public ResourceStateStore States => Services.GetRequiredService<ResourceStateStore>();

    public Database Database => Services.GetRequiredService<Database>();

    /// <summary>The folder of the history, which another home may share.</summary>
    public string Data => Path.Combine(_folder.FullName, "data");

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _folder.FullName, DisableDefaults = true });
        var elsa = $"Data Source={Path.Combine(_folder.FullName, "elsa.db")}";
        builder.Services.AddElsa(module =>
        {
            module.UseWorkflowManagement(management => management.UseEntityFrameworkCore(ef => ef.UseSqlite(elsa)));
            module.UseWorkflowRuntime(runtime => runtime.UseEntityFrameworkCore(ef => ef.UseSqlite(elsa)));
            module.Configure<SchedulingFeature>(scheduling => scheduling.WorkflowScheduler = _ => new NoAlarm());
            module.UsePgWorkflows(options => (options.Configuration, options.Data) = (new ConfigurationBuilder().Build(), Data));
        });
        builder.Services.AddSingleton<ISystemClock>(Clock);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton<IResources>(World);
        builder.Services.AddSingleton(services => new PostgresActivitySet(PostgresActivities.Create(
            World, services.GetRequiredService<IResourceStates>(), new ServiceControls([World]), new ProbeClients([World]), World, node: "node1", Clock)));
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    /// <summary>A new world: the resource in a state, and what its service manager answers.</summary>
    internal async Task SetAsync(Script script, ResourceState state = ResourceState.ISP, Resource? resource = null)
    {
        (World.Script, World.Resource, World.Before) = (script, resource ?? Fresh(), _ => Task.CompletedTask);
        Assert.Null(await States.SetAsync("main", state, "a test", "a test", TestContext.Current.CancellationToken));
    }

    /// <summary>Runs a workflow to its end, through all of its waits.</summary>
    public async Task<WorkflowState> RunAsync(string definitionId)
    {
        var id = await StartAsync(definitionId);
        while (await StateAsync(id) is var state)
        {
            if (state.Status == WorkflowStatus.Finished || state.Bookmarks.Count == 0)
                return state;
            await ResumeAsync(id, state.Bookmarks.First());
        }

        throw new System.Diagnostics.UnreachableException();
    }

    /// <summary>Begins a workflow and comes back when it waits or has ended.</summary>
    public async Task<string> StartAsync(string definitionId)
    {
        await using var scope = Services.CreateAsyncScope();
        var client = await scope.ServiceProvider.GetRequiredService<IWorkflowRuntime>().CreateClientAsync(TestContext.Current.CancellationToken);
        await client.CreateAndRunInstanceAsync(new CreateAndRunWorkflowInstanceRequest
        {
            WorkflowDefinitionHandle = WorkflowDefinitionHandle.ByDefinitionId(definitionId, VersionOptions.Published),
            Input = new Dictionary<string, object> { ["Resource"] = "main" },
        }, TestContext.Current.CancellationToken);
        return client.WorkflowInstanceId;
    }

    /// <summary>Lets the time of a Delay pass.</summary>
    public async Task ResumeAsync(string id, Bookmark bookmark)
    {
        Clock.UtcNow = (DateTimeOffset)bookmark.Payload!.GetType().GetProperty("ResumeAt")!.GetValue(bookmark.Payload)!;
        await using var scope = Services.CreateAsyncScope();
        var client = await scope.ServiceProvider.GetRequiredService<IWorkflowRuntime>().CreateClientAsync(id, TestContext.Current.CancellationToken);
        await client.RunInstanceAsync(new RunWorkflowInstanceRequest { BookmarkId = bookmark.Id }, TestContext.Current.CancellationToken);
    }

    /// <summary>Cancels an instance as Elsa's API does.</summary>
    public async Task CancelAsync(string id)
    {
        await using var scope = Services.CreateAsyncScope();
        var client = await scope.ServiceProvider.GetRequiredService<IWorkflowRuntime>().CreateClientAsync(id, TestContext.Current.CancellationToken);
        await client.CancelAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The instance as Elsa has stored it.</summary>
    public async Task<WorkflowState> StateAsync(string id)
    {
        await using var scope = Services.CreateAsyncScope();
        var instance = await scope.ServiceProvider.GetRequiredService<IWorkflowInstanceManager>().FindByIdAsync(id, TestContext.Current.CancellationToken);
        return instance!.WorkflowState;
    }

    private static Resource Fresh() => new AgreementCase { Name = "", Action = "", Statuses = [] }.Resource();
}
