using Elsa.Common.RecurringTasks;
using Elsa.EntityFrameworkCore.Extensions;
using Elsa.EntityFrameworkCore.Modules.Identity;
using Elsa.EntityFrameworkCore.Modules.Management;
using Elsa.EntityFrameworkCore.Modules.Runtime;
using Elsa.Extensions;
using Elsa.Workflows.Runtime.Options;
using Elsa.Workflows.Runtime.Tasks;
using Microsoft.AspNetCore.Authorization;
using PgWorkflows.Elsa.Hosting;
using PgWorkflows.ElsaServer;

var builder = WebApplication.CreateBuilder(args);
ServerSettings settings;
try
{
    settings = ServerSettings.Read(builder.Configuration, builder.Environment.ContentRootPath);
}
catch (SettingsException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 78;
}

OwnerOnly.CreateDirectory(settings.Data);
var database = $"Data Source={Path.Combine(settings.Data, "elsa.db")}";
builder.Services.AddSingleton(settings);
builder.Services.AddElsa(elsa =>
{
    elsa.UseWorkflowManagement(management => management.UseEntityFrameworkCore(ef => ef.UseSqlite(database)));
    elsa.UseWorkflowRuntime(runtime => runtime.UseEntityFrameworkCore(ef => ef.UseSqlite(database)));
    elsa.UseIdentity(identity =>
    {
        identity.TokenOptions = options => options.SigningKey = SigningKey.OfFolder(settings.Data);
        identity.UseEntityFrameworkCore(ef => ef.UseSqlite(database));
    });
    elsa.UseDefaultAuthentication();
    elsa.UseWorkflowsApi();
    elsa.UseScheduling();
    elsa.UseJavaScript();
    elsa.UseLiquid();
    elsa.UseHttp(http => http.ConfigureHttpOptions = options => (options.BaseUrl, options.BasePath) = (settings.BaseUrl, settings.WorkflowsPath));
    elsa.UsePgWorkflows();
});
builder.Services.AddStartupTask<FirstCredential>();
builder.Services.Configure<AuthorizationOptions>(Access.CloseSecurityRoot);
builder.Services.Configure<RuntimeOptions>(options => options.InactivityThreshold = settings.InactivityThreshold);
builder.Services.Configure<RecurringTaskOptions>(options => options.Schedule.ConfigureTask<RestartInterruptedWorkflowsTask>(settings.InactivityThreshold));
builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy.WithOrigins([.. settings.StudioOrigins]).AllowAnyHeader().AllowAnyMethod().WithExposedHeaders("*")));

var app = builder.Build();
app.UseCors();
app.UseRouting();
app.UseAuthentication();
app.UseAuthorization();
app.UseWorkflowsApi();
app.UseJsonSerializationErrorHandler();
app.UseWorkflowGate(settings);
app.UseWorkflows();
try
{
    await app.RunAsync();
    return 0;
}
catch (PgWorkflowsConfigurationException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 78;
}
