using System.ComponentModel;
using Elsa.Expressions.Contracts;
using Elsa.Expressions.Options;
using Elsa.Extensions;
using Elsa.Features.Abstractions;
using Elsa.Features.Attributes;
using Elsa.Features.Services;
using Elsa.Scheduling.Features;
using Elsa.Workflows;
using Elsa.Workflows.CommitStates;
using Elsa.Workflows.Features;
using Elsa.Workflows.Management.Features;
using Elsa.Workflows.Pipelines.WorkflowExecution;
using Elsa.Workflows.Runtime.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PgWorkflows.Elsa.Activities;
using PgWorkflows.Elsa.Definitions;
using PgWorkflows.Elsa.Expressions;
using PgWorkflows.Elsa.Runs;
using PgWorkflows.Persistence.Hosted;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Elsa.Hosting;

/// <summary>Puts the activities, the shipped definitions, the resources and the rules for actions on them into an Elsa server.</summary>
[DisplayName("PgWorkflows")]
[Description("Protects PostgreSQL servers: quickCheck, deepCheck, restore, remove, recover.")]
[DependsOn(typeof(WorkflowsFeature))]
[DependsOn(typeof(WorkflowManagementFeature))]
[DependsOn(typeof(WorkflowRuntimeFeature))]
[DependsOn(typeof(CommitStrategiesFeature))]
[DependsOn(typeof(SchedulingFeature))]
public sealed class PgWorkflowsFeature(IModule module) : FeatureBase(module)
{
    /// <summary>How it is set up.</summary>
    public PgWorkflowsOptions Options { get; } = new();

    /// <inheritdoc/>
    public override void Configure()
    {
        Module.AddActivitiesFrom<PostgresActivity>();
        Module.Configure<CommitStrategiesFeature>(strategies => strategies.Add(
            EffectCommits.Name, "Around effects (PgWorkflows)", "Stores the workflow right before and right after an activity that starts or stops a service.", new EffectCommits()));
    }

    /// <inheritdoc/>
    public override void ConfigureHostedServices() => ConfigureHostedService<Opening>(int.MinValue);

    /// <inheritdoc/>
    public override void Apply()
    {
        // Elsa builds its pipeline when it first runs a workflow, whatever it was told before; the last place is that of the scheduler that executes activities.
        Module.Configure<WorkflowsFeature>(workflows =>
        {
            var pipeline = workflows.WorkflowExecutionPipeline;
            workflows.WorkflowExecutionPipeline = builder =>
            {
                pipeline(builder);
                builder.Insert<ResourceRunMiddleware>(builder.Components.Count() - 1);
            };
        });

        // Newer definitions name storage drivers in short. The long name comes last, because Elsa writes the last.
        Services.Configure<ExpressionOptions>(options =>
        {
            options.AddTypeAlias<WorkflowInstanceStorageDriver>();
            options.AddTypeAlias<WorkflowInstanceStorageDriver>(typeof(WorkflowInstanceStorageDriver).GetSimpleAssemblyQualifiedName());
        });
        Services.AddSingleton<InputExpressions>();
        Services.AddSingleton<IExpressionDescriptorProvider>(services => services.GetRequiredService<InputExpressions>());
        Services.TryAddSingleton(TimeProvider.System);
        Services.TryAddSingleton<IResources>(services => Installed.Resources(ConfigurationOf(services)));
        Services.TryAddSingleton(services => Installed.Database(Options.Data, ConfigurationOf(services)));
        Services.TryAddSingleton<HostedRuns>();
        Services.TryAddSingleton<ResourceStateStore>();
        Services.TryAddSingleton<IResourceStates>(services => services.GetRequiredService<ResourceStateStore>());
        Services.TryAddSingleton(services => new PostgresActivitySet(PostgresActivities.Create(
            services.GetRequiredService<IResources>(), services.GetRequiredService<IResourceStates>(), services.GetRequiredService<TimeProvider>())));
        Services.TryAddSingleton<Bursts>();
        Services.TryAddSingleton<ActivityRunner>();
        Services.AddNotificationHandler<CancellationHandler>();
        if (Options.ShippedDefinitions)
            Services.AddWorkflowsProvider<ShippedWorkflows>();
    }

    private IConfiguration ConfigurationOf(IServiceProvider services) => Options.Configuration ?? services.GetRequiredService<IConfiguration>();
}
