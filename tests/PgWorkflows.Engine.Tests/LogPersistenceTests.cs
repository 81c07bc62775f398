using System.Text;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Hosting;
using PgWorkflows.Engine.Instances;
using Xunit;

namespace PgWorkflows.Engine.Tests;

/// <summary>What goes into the execution records is what the definition says (elsa-contract 2.15).</summary>
public sealed class LogPersistenceTests
{
    private const string Exclude = "\"logPersistenceConfig\": { \"default\": { \"evaluationMode\": \"Strategy\", \"strategyType\": \"Elsa.Workflows.LogPersistence.Strategies.Exclude, Elsa.Workflows.Core\" }";

    [Theory]
    [InlineData("{}", "{}", true)]
    [InlineData("{}", "{ " + Exclude + " } }", false)]
    [InlineData("{ " + Exclude + " } }", "{}", false)]
    [InlineData("{ " + Exclude + " } }", "{ \"logPersistenceConfig\": { \"inputs\": { \"text\": { \"strategyType\": \"Elsa.Workflows.LogPersistence.Strategies.Include, X\" } } } }", true)]
    [InlineData("{}", "{ \"logPersistenceMode\": \"Exclude\" }", false)]
    public async Task An_input_is_recorded_unless_it_is_excluded(string workflow, string activity, bool isRecorded)
    {
        var json = $$"""
            { "definitionId": "w", "name": "w", "customProperties": {{workflow}}, "root": { "id": "a", "type": "Elsa.WriteLine", "customProperties": {{activity}},
              "text": { "typeName": "String", "expression": { "type": "Literal", "value": "secret" } } } }
            """;
        var host = new MemoryHost(TimeProvider.System);
        host.Publish(DefinitionReader.Read(Encoding.UTF8.GetBytes(json)).Definition!);

        var run = await host.StartAsync("w", new StartRequest { InstanceId = "i" }, TestContext.Current.CancellationToken);

        Assert.Equal(isRecorded, run.Records.Values.Single(record => record.Node.Id == "a").Inputs.ContainsKey("Text"));
        Assert.Equal(["secret"], host.Lines); // The run itself is not touched.
    }
}
